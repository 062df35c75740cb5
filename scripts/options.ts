// Options of a command line, each given once, and whole numbers among them. Knows no verb.

import { type ParseArgsConfig, parseArgs } from "node:util";

type Parsed<T extends ParseArgsConfig> = ReturnType<typeof parseArgs<T>>;

/** As `parseArgs`, which takes the last of several values and drops the others unsaid. Throws an Error for a second value of an option that takes one. */
export function readOptions<const T extends ParseArgsConfig>(config: T): Parsed<T> {
  const { tokens } = parseArgs({ ...config, tokens: true } as const);
  const seen = new Map<string, string>();
  for (const token of tokens as readonly { readonly kind: string; readonly name?: string; readonly value?: string }[]) {
    const { kind, name, value } = token;
    if (kind !== "option" || name === undefined || value === undefined || config.options?.[name]?.multiple) continue;
    const first = seen.get(name);
    if (first !== undefined)
      throw new Error(`--${name} is given twice and takes one value: ${JSON.stringify(first)}, ${JSON.stringify(value)}`);
    seen.set(name, value);
  }
  return parseArgs(config);
}

/** What a verb without options of values takes: at most so many paths, and flags. None where absent. */
export interface Takes {
  readonly paths?: number;
  readonly flags?: readonly string[];
}

export interface PlainArguments {
  readonly paths: readonly string[];
  readonly flags: ReadonlySet<string>;
}

/** Arguments of such a verb; "help" where the usage is asked for. Throws an Error for an argument that it does not take. */
export function plainArguments(args: readonly string[], { paths = 0, flags = [] }: Takes): PlainArguments | "help" {
  const flag = { type: "boolean" } as const;
  const options = { ...Object.fromEntries(flags.map((name) => [name, flag])), help: { ...flag, short: "h" } };
  const { values, positionals } = readOptions({ args: [...args], options, allowPositionals: true });
  if (values.help) return "help";
  const beyond = positionals[paths];
  if (beyond !== undefined) throw new Error(`${JSON.stringify(beyond)} is an argument too many`);
  return { paths: positionals, flags: new Set(Object.keys(values)) };
}

/** Undefined where the option is absent. Throws an Error for what is no whole number from `least` to `most`, and for an empty value. */
export function wholeNumber(option: string, value: string | undefined, least: number, most?: number): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value.trim() || Number.NaN);
  if (Number.isSafeInteger(number) && number >= least && number <= (most ?? Number.POSITIVE_INFINITY)) return number;
  const takes = most === undefined ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new Error(`--${option} takes a whole number ${takes}; got ${JSON.stringify(value)}`);
}
