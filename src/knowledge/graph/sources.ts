// The formats of graphs that are read, and which of them some files have. Knows no store.

import { ClinfuseError } from "../../base/errors.ts";
import { edgeColumns, nodeColumns } from "../graph-files.ts";
import type { FileHead, GraphSource } from "./graph-source.ts";
import { firstLine } from "./headed-rows.ts";
import { nameOf } from "./paths.ts";
import { hetionetSource } from "./source-hetionet.ts";
import { ibkhSource } from "./source-ibkh.ts";
import { oboSource } from "./source-obo.ts";
import { needed, plainSource } from "./source-plain.ts";
import { primekgSource } from "./source-primekg.ts";
import { umlsSource } from "./source-umls.ts";
import { type TextFile, textPieces } from "./text-pieces.ts";

export const graphSources = {
  ibkh: ibkhSource,
  primekg: primekgSource,
  hetionet: hetionetSource,
  obo: oboSource,
  umls: umlsSource,
  plain: plainSource,
} as const satisfies Readonly<Record<string, GraphSource>>;

export type GraphFormat = keyof typeof graphSources;

const formats = Object.keys(graphSources) as GraphFormat[];

/** Files in the parts that they play for one format. */
export interface SourceFiles {
  readonly format: GraphFormat;
  readonly files: ReadonlyMap<string, readonly TextFile[]>;
  /** Names of the files that are not read. */
  readonly passedOver: readonly string[];
}

const headLength = 20_000;

/**
 * The format that reads the most of these files. Throws `format-unknown` where none reads any, `format-several` where two formats share them,
 * `file-missing` for a part that the format needs, and what a file that no format can read at all throws.
 */
export async function sourceFilesOf(files: readonly TextFile[]): Promise<SourceFiles> {
  if (files.length === 0) throw new ClinfuseError("file-missing", "no file was given: choose a graph's files, folder or archive");
  const read = await headsOf(files);
  const heads = read.flatMap((one) => ("text" in one ? [one] : []));
  const damaged = read.find((head) => "fault" in head && isData(head.file));
  if (damaged && "fault" in damaged) throw damaged.fault;
  const claims = formats.map((format) => claimOf(format, heads)).filter(({ count }) => count > 0);
  const best = claims.reduce<Claim | undefined>((most, one) => (most && most.count >= one.count ? most : one), undefined);
  if (!best) throw unknown(read);
  const { format, files: chosen } = best;
  const other = claims.find((claim) => claim.format !== "plain" && claim !== best && addsTo(claim, best));
  if (other) {
    const what = `files of ${graphSources[format].name} and of ${graphSources[other.format].name}: choose those of one graph`;
    throw new ClinfuseError("format-several", what, { what });
  }
  const roles = new Set([...chosen].filter(([, of]) => of.length > 0).map(([role]) => role));
  const taken = new Set([...chosen.values()].flat().map(({ file }) => file));
  const passed = files.filter((file) => !taken.has(file));
  const missing = graphSources[format].missing(roles);
  if (missing) throw new ClinfuseError("file-missing", `there is ${missing}`, { what: missing, file: [...taken][0]?.name ?? "" });
  const table =
    format === "plain" && !roles.has("edges") ? heads.find(({ file }) => passed.includes(file) && isTable(file)) : undefined;
  if (table) throw unknown([table]);
  const names = passed.map(({ name }) => name);
  return { format, files: new Map([...chosen].map(([role, of]) => [role, of.map(({ file }) => file)])), passedOver: names };
}

type Head = FileHead | { readonly file: TextFile; readonly fault: unknown };

interface Claim {
  readonly format: GraphFormat;
  readonly files: ReadonlyMap<string, readonly FileHead[]>;
  readonly count: number;
}

function claimOf(format: GraphFormat, heads: readonly FileHead[]): Claim {
  const source: GraphSource = graphSources[format];
  const roles = new Map<string, FileHead[]>();
  for (const head of heads) {
    const role = source.role(head);
    if (role !== undefined) roles.set(role, [...(roles.get(role) ?? []), head]);
  }
  const files = source.choose?.(roles) ?? roles;
  return { format, files, count: [...files.values()].reduce((sum, of) => sum + of.length, 0) };
}

/** Tells whether a claim has files that the other has not. */
function addsTo(claim: Claim, other: Claim): boolean {
  const taken = new Set([...other.files.values()].flat());
  return [...claim.files.values()].flat().some((head) => !taken.has(head));
}

/** Files that are meant: what lies beside them (pictures, notes) may be anything. */
const isData = ({ name }: TextFile): boolean =>
  /\.(tsv|csv|txt|tab|obo|rrf|json|sif)(\.(gz|bz2))?$|\.(gz|bz2|xz|zst|7z|rar|tar|tgz|zip)$/i.test(name) &&
  !/^(readme|licen[cs]e)\./i.test(nameOf(name));

const isTable = ({ name }: TextFile): boolean => /\.(tsv|csv|txt|tab)(\.(gz|bz2))?$/i.test(nameOf(name));

async function headsOf(files: readonly TextFile[]): Promise<readonly Head[]> {
  const heads: Head[] = [];
  for (const file of files) {
    try {
      heads.push({ file, text: await headOf(file) });
    } catch (fault) {
      heads.push({ file, fault });
    }
  }
  return heads;
}

async function headOf(file: TextFile): Promise<string> {
  let text = "";
  for await (const piece of textPieces(file)) {
    text += piece.text;
    if (text.length >= headLength) break;
  }
  return text;
}

/** Forms of ontologies that their makers give out beside OBO. */
const unreadKinds = [
  { name: "an ontology as OWL", instead: "choose its .obo file", test: (text: string) => /<rdf:RDF\b|<Ontology\b/.test(text) },
] as const;

/** The fault of files that no format reads: the first one's own, or that of its first line. */
function unknown(heads: readonly Head[]): unknown {
  const broken = heads.find((head) => "fault" in head);
  if (broken) return broken.fault;
  const [head] = heads.filter((one) => "text" in one && one.text.trim() !== "") as readonly FileHead[];
  if (!head) {
    const name = heads[0]?.file.name ?? "";
    return new ClinfuseError("file-empty", `${name} holds no rows`, { file: name });
  }
  const [file, got] = [head.file.name, firstLine(head.text).slice(0, 80)];
  const line = 1 + (head.text.slice(0, head.text.indexOf(firstLine(head.text))).match(/\r\n|\n|\r/g)?.length ?? 0);
  const known = formats.filter((format) => format !== "plain").map((format) => graphSources[format].name);
  const kin = unreadKinds.find(({ test }) => test(head.text));
  if (kin) {
    const what = `${kin.name} is not read here: ${kin.instead}`;
    return new ClinfuseError("format-unknown", `${file}, line ${line}: ${what}`, { file, line, what, got });
  }
  const what =
    `this is no graph that is read here: a table of nodes names the columns ${needed(nodeColumns)}, one of edges ${needed(edgeColumns)}; ` +
    `${known.join(", ")} are known by their own; got ${JSON.stringify(got)}`;
  return new ClinfuseError("format-unknown", `${file}, line ${line}: ${what}`, { file, line, what, got });
}
