// Findings of the app's check of itself, as JSON signed by its hash and as a page for a data protection officer. Pure; every text is escaped.

import { canonicalJson, sha256 } from "../base/hash.ts";
import { counted, type Html, html } from "./report-html.ts";
import { reportStyle } from "./report-style.ts";

export interface PrivacyFacts {
  readonly app: "Clinfuse";
  /** Address that the app was opened at. */
  readonly address: string;
  readonly checkedAt: string; // ISO 8601, UTC
  readonly browser: string;
  readonly isolated: boolean;
  /** The app's own service worker answers for the server. */
  readonly serviceWorker: boolean;
  readonly sealed: boolean;
  /** In each place where code of the app runs: its policy, and hosts beyond the app's server and the hub that it would let through. */
  readonly policies: readonly { readonly place: string; readonly policy: string | null; readonly lets: readonly string[] }[];
  readonly canary: {
    readonly address: string;
    readonly outcomes: readonly { readonly place: string; readonly outcome: "refused" | "failed" | "answered" }[];
  };
  readonly requests: {
    readonly total: number;
    readonly foreign: readonly { readonly url: string; readonly by: string; readonly refused: boolean }[];
  };
  readonly models: readonly {
    readonly name: string;
    readonly licence: string;
    readonly files: readonly { readonly name: string; readonly sha256: string }[];
    /** Null: each file was read again and is the one of these hashes. Else what is wrong, in words. */
    readonly fault: string | null;
  }[];
  readonly kept: readonly { readonly what: string; readonly where: string; readonly count: number }[];
  readonly storage: { readonly usage: number; readonly quota: number; readonly persisted: boolean } | null;
}

export interface Finding {
  readonly holds: boolean;
  readonly question: string;
  readonly answer: string;
}

/** Findings in words, one a question. */
export function findingsOf(facts: PrivacyFacts): readonly Finding[] {
  const { policies, canary, requests, models } = facts;
  const open = policies.filter(({ policy, lets }) => policy === null || lets.length > 0);
  const passed = canary.outcomes.filter(({ outcome }) => outcome !== "refused");
  const sent = requests.foreign.filter(({ refused }) => !refused);
  const altered = models.filter(({ fault }) => fault !== null);
  const names = (list: readonly { readonly place: string }[]) => list.map(({ place }) => place).join(", ");
  return [
    {
      holds: sent.length === 0,
      question: "Did anything leave?",
      answer:
        sent.length === 0
          ? `No. Of ${counted(requests.total, "request")} that the browser recorded since the page was opened, none went to another server than the one that gave out the app.`
          : `Yes: ${counted(sent.length, "request")} of ${requests.total} went to another server. The list is below.`,
    },
    {
      holds: open.length === 0,
      question: "Does the browser forbid it?",
      answer:
        open.length === 0
          ? `Yes, in each of ${policies.length} places where code of the app runs: the policy names this server${facts.sealed ? " alone" : " and huggingface.co, from which a model is fetched when a user asks for it"}.`
          : `Not everywhere: ${names(open)} ${open.length === 1 ? "has" : "have"} no policy, or one that is too wide. There it is the app's code alone that sends nothing.`,
    },
    {
      holds: passed.length === 0 && canary.outcomes.length > 0,
      question: "Was that tried?",
      answer:
        passed.length === 0 && canary.outcomes.length > 0
          ? `Yes. A request to ${canary.address}, a host that cannot exist, was made in ${names(canary.outcomes)}, and the browser refused each before it was sent.`
          : `Yes, and ${passed.length === 0 ? "no place answered" : `it was not refused in ${names(passed)}`}.`,
    },
    {
      holds: facts.isolated,
      question: "Is the page apart from other pages?",
      answer: facts.isolated
        ? "Yes: it is cross-origin isolated, so that no other site shares its process or its memory."
        : "No: the server sends no headers that isolate it.",
    },
    {
      holds: altered.length === 0,
      question: "Are the models those that they say they are?",
      answer:
        altered.length > 0
          ? `No: ${altered.map(({ name, fault }) => `${name} (${fault})`).join("; ")}.`
          : models.length === 0
            ? "No model is on this machine."
            : `Yes: every file of ${counted(models.length, "model")} was read again, and its SHA-256 is the one that was stated for it.`,
    },
  ];
}

/** One JSON object: the facts, and the SHA-256 of the facts in canonical form (keys in order, no blanks). */
export async function proofJson(facts: PrivacyFacts): Promise<string> {
  return `${JSON.stringify({ facts, sha256: await sha256(canonicalJson(facts)) }, null, 2)}\n`;
}

/** Tells whether the facts are those that were signed. Nothing is proved but that nobody changed them since. */
export async function isUnchanged(json: string): Promise<boolean> {
  const { facts, sha256: stated } = JSON.parse(json) as { readonly facts: unknown; readonly sha256: unknown };
  return stated === (await sha256(canonicalJson(facts)));
}

const rowsOf = (cells: readonly (readonly string[])[]): readonly Html[] =>
  cells.map(([first = "", ...rest]) => html`<tr><th scope="row">${first}</th>${rest.map((cell) => html`<td>${cell}</td>`)}</tr>`);
const table = (label: string, head: readonly string[], cells: readonly (readonly string[])[]): Html =>
  html`<div class="scroll" role="region" tabindex="0" aria-label="${label}"><table><thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${rowsOf(cells)}</tbody></table></div>`;

const outcomes = {
  refused: "refused by the policy, not sent",
  failed: "let go, and no one was there",
  answered: "let go and answered",
} as const;

/** A page that needs no network, to be read and kept. */
export async function proofHtml(facts: PrivacyFacts): Promise<string> {
  const hash = await sha256(canonicalJson(facts));
  const findings = findingsOf(facts).map(
    ({ holds, question, answer }) =>
      html`<li><strong>${question}</strong> ${holds ? "" : html`<span class="label">Read this. </span>`}${answer}</li>`,
  );
  const { foreign, total } = facts.requests;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Clinfuse: where data goes</title>
${reportStyle}
</head><body>
<main>
<h1>Where data goes in Clinfuse</h1>
<p>For the person who answers for data protection. Clinfuse is a page that runs in the browser: it writes synthetic clinical texts, trains a model on them and applies it to notes. All of that is computed on this machine. No server of Clinfuse exists that texts could be sent to. This page says what was checked, and how far it proves that.</p>
<p class="soft">Checked at ${facts.checkedAt}, at ${facts.address}, in ${facts.browser}.</p>
<ol>${findings}</ol>
<h2>Requests</h2>
<p>${counted(total, "request")}, of which ${foreign.length} for another server.</p>
${
  foreign.length > 0
    ? table(
        "Requests for other servers",
        ["Address", "By", "Outcome"],
        foreign.map(({ url, by, refused }) => [url, by, refused ? "refused" : "sent"]),
      )
    : ""
}
<h2>Policies</h2>
${table(
  "Policies",
  ["Place", "Policy that the browser holds it to", "Lets through beyond this server and the hub"],
  facts.policies.map(({ place, policy, lets }) => [place, policy ?? "none", lets.join(", ") || "nothing"]),
)}
<h2>The request that must fail</h2>
${table(
  "The request that must fail",
  ["Tried in", "Outcome"],
  facts.canary.outcomes.map(({ place, outcome }) => [place, outcomes[outcome]]),
)}
<h2>What is kept, and where</h2>
<p>All of it lies in this browser's storage for this address, on this machine's disk, until it is deleted on the page Privacy or by the browser.</p>
${table(
  "What is kept",
  ["What", "Where", "How many"],
  facts.kept.map(({ what, where, count }) => [what, where, `${count}`]),
)}
<h2>Models</h2>
${
  facts.models.length === 0
    ? html`<p>None.</p>`
    : table(
        "Models",
        ["Model", "Found", "Licence", "Files and their SHA-256"],
        facts.models.map(({ name, licence, files, fault }) => [
          name,
          fault ?? "as stated",
          licence,
          files.map((file) => `${file.name} ${file.sha256}`).join("; "),
        ]),
      )
}
<h2>Limits of this check</h2>
<ul>
<li>It is the app that checks itself: it tells what the browser told it. Whoever trusts neither looks at the network panel of the browser's developer tools.</li>
<li>The browser lists nowhere what extensions ask for, nor the threads that an engine starts inside a worker.</li>
<li>A person can still copy a text out, or save it to a shared disk. Nothing here forbids that.</li>
<li>The hash below shows that these findings were not changed since. It does not show who made them.</li>
</ul>
<p class="soft">SHA-256 of the findings in canonical JSON: ${hash}</p>
</main>
</body></html>
`.markup;
}
