// How a report looks: light and dark, on paper too.

import { html } from "./report-html.ts";

export const reportStyle = html`<style>
:root{color-scheme:light dark;--ink:#1d2124;--soft:#565e63;--paper:#fbfaf7;--line:#dedbd1;--line-strong:#82857e;--accent:#0b6660;--blue:#0072b2;--orange:#e69f00;--green:#009e73;--red:#d55e00;--blue-ink:#005f94;--orange-ink:#865c00;--green-ink:#00694c;--red-ink:#a34800}
@media (prefers-color-scheme:dark){:root{--ink:#e6e4de;--soft:#a3a9a8;--paper:#15181a;--line:#31373a;--line-strong:#717a7c;--accent:#6fcdc0;--blue:#56b4e9;--blue-ink:#7cc0f0;--orange-ink:#f2b84b;--green-ink:#4fcfa5;--red-ink:#ff9a5c}}
body{max-width:760px;margin:0 auto;padding:40px 24px 80px;font:16px/1.55 system-ui,"Segoe UI",Roboto,sans-serif;color:var(--ink);background:var(--paper)}
h1,h2{font-family:ui-serif,Charter,Georgia,serif;line-height:1.25}h1{margin:0 0 8px}h2{margin:48px 0 12px;font-size:1.25rem}h3{font-size:1rem;margin:24px 0 8px}
p{margin:4px 0;max-width:68ch;overflow-wrap:break-word}.soft{color:var(--soft);font-size:.875rem}.label{font-size:.8125rem;font-weight:600;color:var(--blue-ink)}
.second{padding-inline-start:12px;border-inline-start:2px solid var(--line)}ol{list-style:none;margin:0;padding:0}li{padding:12px 0;border-top:1px solid var(--line);break-inside:avoid}
table{border-collapse:collapse;font-size:.9375rem}caption{text-align:left;font-weight:600;padding:8px 0}th,td{padding:6px 24px 6px 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:baseline;overflow-wrap:anywhere}th{font-weight:600}.n{text-align:right;font-variant-numeric:tabular-nums}
summary{cursor:pointer;color:var(--accent);font-weight:550;margin:12px 0}
li p{line-height:1.8}ruby{overflow-wrap:normal;--hue:var(--blue);--hue-ink:var(--blue-ink)}.found{--hue:var(--green);--hue-ink:var(--green-ink)}.missed{--hue:var(--orange);--hue-ink:var(--orange-ink)}.wrong{--hue:var(--red);--hue-ink:var(--red-ink)}
mark{color:inherit;background:color-mix(in oklab,var(--hue) 18%,transparent);border-bottom:2px solid var(--hue);padding:1px 2px}.missed mark{border-bottom-style:dashed}.wrong mark{border-bottom:4px double var(--hue)}
rt{font-size:.6875rem;font-weight:600;color:var(--hue-ink)}figure{margin:24px 0}figcaption{font-weight:600}.scroll{overflow-x:auto}.scroll th,.scroll td{overflow-wrap:normal}svg{width:100%;height:auto;font:12px system-ui,sans-serif;font-variant-numeric:tabular-nums}.narrow{display:none}
@media (max-width:560px){.narrow{display:block}.wide{display:none}th,td{padding-right:12px}}
svg text{fill:var(--soft);font-weight:400;paint-order:stroke;stroke:var(--paper);stroke-width:3px}svg text:is(.few,.synthetic,.third,.fourth,.plain){fill:var(--hue-ink);font-weight:600}
svg .few{--hue:var(--orange);--hue-ink:var(--orange-ink)}svg .synthetic{--hue:var(--blue);--hue-ink:var(--blue-ink)}
svg .third{--hue:var(--green);--hue-ink:var(--green-ink)}svg .fourth{--hue:var(--red);--hue-ink:var(--red-ink)}svg .plain{--hue:var(--soft);--hue-ink:var(--soft)}svg .broken{stroke-dasharray:6 4}
svg line{stroke:var(--hue,var(--line))}svg line.zero{stroke:var(--line-strong)}svg path{fill:none;stroke:var(--hue);stroke-width:1.75;stroke-linejoin:round}
.dot{fill:var(--hue)}.ring{fill:none;stroke:var(--hue-ink);stroke-width:2}
th[scope=row]{overflow-wrap:normal;min-width:9ch}th[scope=col]{overflow-wrap:normal}.measures{min-width:620px}.measures .soft{min-width:24ch}.interval{display:block;white-space:nowrap}@media (max-width:560px){.interval{white-space:normal}}.hash{font:12px/1.4 ui-monospace,Menlo,monospace;overflow-wrap:anywhere}ul{margin:8px 0;padding-left:20px}ul li{padding:4px 0;border:0}
@media print{body{padding:0}.measures{min-width:0}.wide{display:block}.narrow{display:none}details>*{display:revert}}
</style>`;
