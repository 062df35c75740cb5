// Every format that can be read, and the choice of the one that a folder is in. A new one is one file and one entry here.

import { ClinfuseError } from "../base/errors.ts";
import type { Task } from "../tasks/task.ts";
import { bioc } from "./bioc.ts";
import { brat } from "./brat.ts";
import { casi } from "./casi.ts";
import { chemdner } from "./chemdner.ts";
import { chemprot } from "./chemprot.ts";
import { clingen } from "./clingen.ts";
import { conll } from "./conll.ts";
import { doccano } from "./doccano.ts";
import { headText } from "./encodings.ts";
import type { Format, Tree } from "./format.ts";
import { healthver } from "./healthver.ts";
import { hoc } from "./hoc.ts";
import { hocTable } from "./hoc-table.ts";
import { inception } from "./inception.ts";
import { labelStudio } from "./label-studio.ts";
import { litcovid } from "./litcovid.ts";
import { markedRelations } from "./marked-relations.ts";
import { maskedRelations } from "./masked-relations.ts";
import { mqp } from "./mqp.ts";
import { multivers } from "./multivers.ts";
import { nli } from "./nli.ts";
import { ownNotes } from "./own-notes.ts";
import { ownRows } from "./own-rows.ts";
import { parquet } from "./parquet.ts";
import { pubhealth } from "./pubhealth.ts";
import { pubtator } from "./pubtator.ts";
import { extensionOf, folderOf, isAside, listed, nameOf, splitOf, unionsIn } from "./reading/paths.ts";
import { severalCorpora } from "./reading/several-corpora.ts";
import { foreignWords, strangerWords } from "./reading/strangers.ts";
import { rqe } from "./rqe.ts";
import { table } from "./table.ts";
import { taggedRows } from "./tagged-rows.ts";

/** Where the beginning of a file fits several, the first is taken; where none fits, the first that serves the task and has the file's extension. */
export const formats: readonly Format[] = [
  ownNotes,
  ownRows,
  clingen,
  labelStudio,
  mqp,
  rqe,
  healthver,
  multivers,
  pubhealth,
  nli,
  hoc,
  hocTable,
  litcovid,
  chemprot,
  maskedRelations,
  markedRelations,
  pubtator,
  bioc,
  chemdner,
  conll,
  casi,
  parquet,
  taggedRows,
  table,
  brat,
  inception,
  doccano,
];

/** Bytes of a file that tell its format: of JSON the fields behind a long first text too. */
export const headLength = 2 ** 17;

/** Characters of them that the formats see. */
const shownLength = 4096;
/** It matches at each quote, whatever follows: a pattern that may fail behind a long text is tried anew at each quote in that. */
const longText = /"((?:[^"\\\n]|\\.){0,100})(?:[^"\\\n]|\\.)*("|)/g;

/** The beginning of a file; of JSON with long texts cut short, so that it reaches the fields behind them. */
function shownOf(path: string, head: string): string {
  const seen = /^jsonl?$/.test(extensionOf(path)) ? head.replace(longText, '"$1$2') : head;
  return seen.slice(0, shownLength);
}

export interface Choice {
  readonly format: Format;
  /** The files that it reads. */
  readonly files: readonly string[];
  /** Files that look like data and are not read. */
  readonly passedOver: readonly string[];
}

/** The format of a folder by the heads of its files. Throws `file-missing`, `format-unknown`, `format-several` and `format-unfit`, in words. */
export function chooseFormat(all: ReadonlyMap<string, string>, task: Task): Choice {
  const shown = [...all].map(([path, head]) => [path, shownOf(path, head)] as const);
  const heads = new Map(shown.filter(([path]) => !isAside(path)).sort(([a], [b]) => (a < b ? -1 : 1)));
  if (heads.size === 0) throw noFiles([...all.keys()]);
  const fitting = formats.flatMap((format) => {
    const files = format.fits(heads);
    return files.length > 0 ? [{ format, files }] : [];
  });
  const serving = fitting.filter(({ format }) => format.serves(task));
  const [first, ...more] = apartFromNames(serving);
  const second = first && more.find((other) => !isOnceMore(first, other));
  if (first && second) throw several(first, second);
  const foreign = new Map([...heads].filter(([path, head]) => foreignWords(path, head) !== undefined));
  if (!first && foreign.size > 0) throw unknown(foreign, task);
  const found = first ?? byName(heads, task, fitting.length > 0);
  if (!found && fitting[0]) throw unfit(fitting[0], task);
  if (!found) throw unknown(heads, task);
  const { format } = found;
  const others = new Set(fitting.filter((other) => other.format !== format).flatMap(({ files }) => files));
  const claimed = [...heads.keys()].filter((path) => format.claims(path) && !found.files.includes(path) && !others.has(path));
  const wanted = [...heads.keys()].filter((path) => found.files.includes(path) || claimed.includes(path));
  const unions = unionsIn(wanted);
  const files = wanted.filter((path) => !unions.includes(path));
  const mixed = new Map([...foreign].filter(([path]) => files.includes(path)));
  if (mixed.size > 0) throw unknown(mixed, task);
  refuseSeveralCorpora(format, files);
  return { format, files, passedOver: [...heads.keys()].filter((path) => !files.includes(path)) };
}

interface Fitting {
  readonly format: Format;
  readonly files: readonly string[];
}

/** The formats that fit, without those whose files an earlier one fits too. */
function apartFromNames(fitting: readonly Fitting[]): Fitting[] {
  const taken = new Set<string>();
  return fitting.filter(({ files }) => {
    const own = files.filter((path) => !taken.has(path));
    for (const path of files) taken.add(path);
    return own.length > 0;
  });
}

/** Whether a format's files are those of another once more, as BC5CDR's release has each set as PubTator and as BioC: alike but for what follows the first dot. */
function isOnceMore(one: Fitting, other: Fitting): boolean {
  const setOf = (path: string) => `${folderOf(path)}/${nameOf(path).split(".")[0]} ${splitOf(path)}`;
  const sets = new Set(one.files.map(setOf));
  return other.files.every((path) => sets.has(setOf(path)));
}

/** A format for files that fit none by their beginning: damaged ones, which it refuses with the line. */
function byName(heads: ReadonlyMap<string, string>, task: Task, someFit: boolean): Fitting | undefined {
  const able = formats.filter((format) => format.serves(task));
  for (const takes of [
    (format: Format, path: string) => format.claims(path),
    (format: Format, path: string) => !someFit && format.extensions.includes(extensionOf(path)),
  ]) {
    for (const format of able) {
      const files = [...heads.keys()].filter((path) => takes(format, path));
      if (files.length > 0) return { format, files };
    }
  }
  return undefined;
}

/** Files of one name in several folders are several corpora, unless the folders are the corpus's own: sets, or numbered folds. */
function refuseSeveralCorpora(format: Format, files: readonly string[]): void {
  const places = new Map<string, string>();
  for (const path of files) {
    const folder = folderOf(path);
    const key = `${nameOf(path)} ${splitOf(path)} ${splitOf(folder)}`;
    const before = places.get(key);
    places.set(key, before ?? folder);
    if (before === undefined || format.folders?.test(nameOf(folder)) || format.besides?.(path)) continue;
    throw severalCorpora([before, folder], path, format.name);
  }
}

const noFiles = (passedOver: readonly string[]): ClinfuseError =>
  new ClinfuseError(
    "file-missing",
    passedOver.length === 0 ? "the folder is empty" : `the folder holds no data, only ${listed(passedOver)}`,
    passedOver[0] === undefined ? {} : { got: listed(passedOver) },
  );

function several(a: Fitting, b: Fitting): ClinfuseError {
  const told = [a, b].map(({ format, files }) => `${format.name} (${listed(files)})`).join(" and ");
  return new ClinfuseError("format-several", `the folder holds several formats: ${told}; choose the files of one`, {
    what: told,
  });
}

const takenFor = (task: Task): string =>
  formats
    .filter((format) => format.serves(task))
    .map(({ name, files }) => `${name} (${files})`)
    .join("; ");

function unfit({ format, files }: Fitting, task: Task): ClinfuseError {
  const message = `${listed(files)}: this is ${format.name}, from which ${task.name} cannot be read; it takes ${takenFor(task)}`;
  return new ClinfuseError("format-unfit", message, { file: files[0] as string, got: format.name, what: task.name });
}

function unknown(heads: ReadonlyMap<string, string>, task: Task): ClinfuseError {
  const words = [...heads].flatMap(([path, head]) => strangerWords(path, head) ?? []);
  const told = words[0] ?? `no format fits ${listed([...heads.keys()])}`;
  return new ClinfuseError("format-unknown", `${told}; ${task.name} takes ${takenFor(task)}`, {
    file: [...heads.keys()][0] as string,
  });
}

/** The chosen format with its files alone. */
export async function formatFor(tree: Tree, task: Task): Promise<Omit<Choice, "files"> & { readonly tree: Tree }> {
  const heads = new Map<string, string>();
  for (const [path, file] of tree) heads.set(path, await headText(file, headLength));
  const { format, files, passedOver } = chooseFormat(heads, task);
  return { format, passedOver, tree: new Map(files.map((path) => [path, tree.get(path) as Blob])) };
}
