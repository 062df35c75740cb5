// A task of the user's own as a JSON file: read strictly, every fault with its field, and written back. Knows no page and no disk.

import { ClinfuseError } from "../base/errors.ts";
import { type Field, FieldError, field } from "../base/json-field.ts";
import { readJsonText } from "../base/json-text.ts";
import { tasks } from "./catalogue.ts";
import { exampleRows, noExamples, readExamples, type TaskExamples } from "./example-rows.ts";
import { type EntityRole, type Family, families } from "./families.ts";
import { keptName, labelOfField } from "./label-field.ts";
import type { Average, Metric, MetricName } from "./metric.ts";
import {
  describesLabels,
  fewestLabels,
  hasField,
  idFor,
  type OwnWords,
  shapeOf,
  type TaskDraft,
  taskOfDraft,
} from "./own-task.ts";
import type { Label, Shots, Task } from "./task.ts";
import { readByLabel, readTopicList, readTopicQuery, writtenTopics } from "./topic-fields.ts";
import { invisible, isVisible } from "./words.ts";

export interface TaskFile {
  readonly task: Task;
  readonly examples: TaskExamples;
}

/** Version of the file's form; a later one will read this one too. */
const version = 1;

/** More labels make prompts that no context holds, and want five examples each. */
export const mostLabels = 100;
const longestName = 80;
const longestWords = 500;
const longestType = 120; // a label's name, and "subtopics of" before it

/** Throws `task-malformed` with the file's name, and the field in its words. */
export function readTaskFile(text: string, file: string): TaskFile {
  return readTaskJson(readJsonText(text, file, "task-malformed"), file);
}

/** As `readTaskFile`, for JSON that is read already. */
export function readTaskJson(json: unknown, file: string): TaskFile {
  return refusing(file, () => {
    const given = field(file, json);
    const of = given.object([...heading, ...draftFields, "examples"]);
    if (of.clinfuse) of.clinfuse.oneOf(["task"]);
    if (of.version && of.version.value !== version) throw of.version.fault(`takes ${version}, the form that this Clinfuse reads`);
    const task = taskOfDraft(readDraft(of, given));
    return { task, examples: of.examples ? readExamples(of.examples, task) : noExamples };
  });
}

/** JSON that `readTaskFile` takes back, with every word filled in. */
export function writeTaskFile({ task, examples }: TaskFile): string {
  const { shape: _, topicList, ...own } = task;
  const rows = exampleRows(examples);
  const has = Object.values(rows).some((set) => set.length > 0);
  const file = {
    clinfuse: "task",
    version,
    ...own,
    ...(topicList ? { topicList: writtenTopics(topicList) } : {}),
    ...(has ? { examples: rows } : {}),
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** The task alone, as plain JSON that `readTaskJson` takes back. */
export function taskJson({ shape: _, ...own }: Task): object {
  return own;
}

function refusing<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FieldError)) throw error;
    const what = error.message.startsWith(`${file}: `) ? error.message.slice(file.length + 2) : error.message;
    throw new ClinfuseError("task-malformed", error.message, { file, what }, { cause: error });
  }
}

const heading = ["clinfuse", "version"] as const;
const draftFields = [
  ...["id", "name", "family", "labels", "carries", "head", "tail", "summary", "taskName", "domain", "firstContent"],
  ...["secondContent", "shots", "metrics", "topics", "entityTypes", "topicList", "topicsFrom", "styles"],
];

type Fields = Readonly<Record<string, Field>>;

function readDraft(of: Fields, given: Field): TaskDraft {
  const familyField = required(of, "family", given);
  const family = familyField.oneOf<Family>(Object.keys(families) as Family[]);
  const name = words(required(of, "name", given), longestName);
  const carries = of.carries?.oneOf(["one", "any", "some"] as const);
  for (const special of ["carries", "head", "tail", "firstContent", "secondContent"] as const) {
    if (of[special] && !hasField(family, special)) throw (of[special] as Field).fault(`is no field of the family ${family}`);
  }
  for (const end of ["head", "tail"] as const) if (!of[end] && hasField(family, end)) throw given.lacks(end);
  const labels = readLabels(required(of, "labels", given), family);
  const draft: TaskDraft = {
    id: of.id ? readId(of.id) : idFor(name),
    name,
    family,
    labels,
    ...(carries ? { carries } : {}),
    ...(hasField(family, "head") ? readRoles(of) : {}),
  };
  const fewest = fewestLabels(draft);
  if (labels.length < fewest) throw (of.labels as Field).fault(`takes at least ${fewest} labels for the family ${family}`);
  return { ...draft, ...readWords(of, draft) };
}

function readId(given: Field): string {
  const id = given.text();
  if (!/^[a-z0-9][a-z0-9._-]{0,63}$/i.test(id))
    throw given.fault("takes up to 64 letters, digits, dots, hyphens and underscores");
  if (tasks.some((task) => task.id === id)) throw given.fault("takes another id: a task of the paper has this one");
  return id;
}

/** A line of text that can stand in a prompt. */
function words(given: Field, longest: number): string {
  const text = keptName(given.text());
  if (!isVisible(text) || /[\p{Cc}\p{Cs}\u2028\u2029]/u.test(text)) throw given.fault("takes a line of text");
  if (text.length > longest) throw given.fault(`takes at most ${longest} characters, and has ${text.length}`);
  return text;
}

/** Words of a label or an entity: brackets mark entities in a prompt's answers, and a colon ends a mark's kind. */
function markWords(given: Field): string {
  const text = words(given, longestName);
  if (/[[\]{}"]/.test(text) || text.includes(": ") || text.endsWith(":"))
    throw given.fault("takes words without brackets, quotation marks or a colon before a space");
  return text;
}

/** Words that differ in case, blanks, invisible characters, "_" or the signs at their ends alone are one to a reader of answers. */
function asSeen(text: string): string {
  const seen = text.toLowerCase().replace(new RegExp(`[${invisible}]+`, "gu"), (gap) => (/\s/.test(gap) ? " " : ""));
  return (seen.replace(/[\s.*`'’”]+$/, "") || seen).replaceAll("_", " ");
}

const alike = ' (case, blanks, "_" and a full stop at the end tell no two apart)';

function readLabels(given: Field, family: Family): readonly Label[] {
  const all = given.items();
  if (all.length === 0) throw given.fault("takes at least one label");
  if (all.length > mostLabels) {
    throw new FieldError(`${given.name} takes at most ${mostLabels} labels; it has ${all.length}`);
  }
  const seen = new Map<string, Field>();
  return all.map((label) => {
    const of = label.object(["id", "name", "description", "negative"]);
    const name = markWords(required(of, "name", label));
    const id = of.id ? markWords(of.id) : name;
    if (id === "__proto__") throw (of.id ?? label).fault("takes another word");
    for (const key of new Set([id, name].map(asSeen))) {
      const before = seen.get(key);
      if (before && before !== label) throw (of.name as Field).fault(`takes a name that ${before.path} does not have${alike}`);
      seen.set(key, label);
    }
    if (describesLabels(family) && !of.description) throw label.lacks("description");
    const description = of.description ? words(of.description, longestWords) : name;
    if (of.negative?.flag() && !hasField(family, "negative")) throw of.negative.fault(`is no field of the family ${family}`);
    return { id, name, description, ...(of.negative?.value === true ? { negative: true } : {}) };
  });
}

function readRoles(of: Fields): { head: EntityRole; tail: EntityRole } {
  const role = (given: Field): EntityRole => {
    const own = given.object(["word", "type"]);
    const word = markWords(required(own, "word", given));
    return { word, type: own.type ? markWords(own.type) : word };
  };
  const [head, tail] = [role(of.head as Field), role(of.tail as Field)];
  for (const part of ["word", "type"] as const) {
    if (asSeen(head[part]) === asSeen(tail[part])) throw (of.tail as Field).fault(`takes another ${part} than head`);
  }
  return { head, tail };
}

function readWords(of: Fields, draft: TaskDraft): OwnWords {
  const line = (name: "summary" | "taskName" | "domain" | "firstContent" | "secondContent") =>
    of[name] ? { [name]: words(of[name] as Field, longestWords) } : {};
  const pairs = families[draft.family].topic === "pair";
  const labels = draft.labels.map((label) => label.id);
  return {
    ...line("summary"),
    ...line("taskName"),
    ...line("domain"),
    ...line("firstContent"),
    ...line("secondContent"),
    ...(of.shots ? { shots: readShots(of.shots) } : {}),
    ...(of.metrics ? { metrics: readMetrics(of.metrics, draft) } : {}),
    ...(of.topics ? { topics: readByLabel(of.topics, labels, (given) => readTopicQuery(given, pairs)) } : {}),
    ...(of.entityTypes ? { entityTypes: readByLabel(of.entityTypes, labels, (given) => readTypes(given, pairs)) } : {}),
    ...(of.topicList ? { topicList: readTopicList(of.topicList, labels, pairs) } : {}),
    ...(of.topicsFrom ? { topicsFrom: readOrigin(of.topicsFrom, of.topicList) } : {}),
    ...(of.styles ? { styles: of.styles.list().map((style) => words(style, longestName)) } : {}),
  };
}

function readOrigin(given: Field, list: Field | undefined): "kg" | "llm" | "list" {
  const origin = given.oneOf(["kg", "llm", "list"] as const);
  if (origin === "list" && !list) throw given.fault('takes "list" where there is a "topicList"');
  return origin;
}

function readTypes(given: Field, pairs: boolean): readonly string[] {
  const types = given.list();
  if (pairs && types.length !== 2) throw given.fault("takes two types: the head's and the tail's");
  return types.map((type) => words(type, longestType));
}

/** `5`, for each label, or `{"count": 5, "per": "task"}`. */
function readShots(given: Field): Shots {
  const of = given.isObject ? given.object(["count", "per"]) : { count: given };
  const count = required(of, "count", given).wholeNumber(1);
  if (count > 1000) throw given.fault("takes at most 1000 examples");
  return { count, per: of.per?.oneOf(["label", "task"] as const) ?? "label" };
}

const averages: readonly Average[] = ["micro", "macro", "positive", "example"];
const metricNames: readonly MetricName[] = ["accuracy", "precision", "recall", "f1"];

function readMetrics(given: Field, { labels, family }: TaskDraft): readonly [Metric, ...Metric[]] {
  const metrics = given.list().map((one): Metric => {
    const of = one.object(["name", "average", "without"]);
    const name = required(of, "name", one).oneOf(metricNames);
    const average = of.average?.oneOf(averages);
    const without = of.without && labelOfField(of.without, labels);
    const isSpan = shapeOf(family) === "token";
    if (name === "accuracy" && (isSpan || average || without !== undefined))
      throw one.fault("takes accuracy without an average, over all labels, for labels of whole texts");
    if (average === "positive" && !labels.some((label) => label.negative)) {
      throw (of.average as Field).fault('takes "positive" where a label is negative');
    }
    return { name, ...(average ? { average } : {}), ...(without === undefined ? {} : { without }) };
  });
  return metrics as unknown as readonly [Metric, ...Metric[]]; // `list` refuses an empty one
}

function required(of: Fields, name: string, given: Field): Field {
  const found = of[name];
  if (!found) throw given.lacks(name);
  return found;
}
