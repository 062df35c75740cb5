// Reads content security policies for one question: which hosts may they let a request reach? Knows no component and asks no network.

/** The hub, which the policy of the app names too: it is asked when the user presses the button. */
const hub = new Set(["https://huggingface.co", "https://*.hf.co"]);
const local = new Set(["blob:", "data:"]);

/** Directives by which a worker may reach a network. */
const directives = ["connect-src", "script-src"] as const;

/**
 * Sources beyond the app's own server and the hub that a header lets requests reach; `*` where it does not say. A header may hold several policies,
 * apart by commas, and all of them are in force: what one of them forbids is forbidden.
 */
export function reachable(header: string, origin: string): readonly string[] {
  const open = directives.map((directive) => {
    const each = header.split(",").map((policy) => beyond(sourcesOf(policy, directive), origin));
    return each.find((sources) => sources.length === 0) ?? each[0] ?? ["*"];
  });
  return [...new Set(open.flat())];
}

function sourcesOf(policy: string, directive: string): readonly string[] {
  const rules = policy.split(";").map((rule) => rule.trim().toLowerCase().split(/\s+/));
  const rule = rules.find(([name]) => name === directive) ?? rules.find(([name]) => name === "default-src");
  return rule ? rule.slice(1) : ["*"];
}

const beyond = (sources: readonly string[], origin: string) =>
  sources.filter((source) => !(source.startsWith("'") || hub.has(source) || local.has(source) || source === origin));
