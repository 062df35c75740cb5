// Topics of a task as fields of a JSON file: queries over a graph, and names in a list. Knows no graph.

import type { Field } from "../base/json-field.ts";
import { fieldsByLabel, keptName } from "./label-field.ts";
import type { ByLabel, TopicList } from "./task.ts";
import type { GraphQuery, TopicQuery } from "./topic-query.ts";

/** Names that a list of topics holds at most for a label. */
export const mostTopics = 20_000;

/** `{"every": ...}` or `{"each": {label: ...}}`, with a value for every label. */
export function readByLabel<T>(given: Field, labels: readonly string[], read: (value: Field) => T): ByLabel<T> {
  const of = given.object(["every", "each"]);
  if (of.every && of.each) throw given.fault('takes "every" or "each", not both');
  if (of.every) return { every: read(of.every) };
  if (!of.each) throw given.fault('takes an object with "every" or "each"');
  const each = fieldsByLabel(of.each, labels);
  const missing = labels.find((label) => !Object.hasOwn(each, label));
  if (missing !== undefined) throw of.each.lacks(missing);
  return { each: Object.fromEntries(labels.map((label) => [label, read(each[label] as Field)])) };
}

const texts = (given: Field): readonly string[] => given.list().map((one) => one.text());

function textIn(of: Readonly<Record<string, Field>>, name: string, given: Field): string {
  const found = of[name];
  if (!found) throw given.lacks(name);
  return found.text();
}

const fieldsOf = {
  nodes: ["kind", "types", "endings"],
  edges: ["kind", "relation", "head", "tail"],
  pairs: ["kind", "head", "tail", "without"],
  any: ["kind", "of"],
  first: ["kind", "of"],
} as const satisfies Readonly<Record<TopicQuery["kind"], readonly string[]>>;

const graphKinds = ["nodes", "edges", "pairs"] as const;

/** `pairs`: the family's topics are two entities, so that nodes alone do not serve. */
export function readTopicQuery(
  given: Field,
  pairs: boolean,
  allowed: readonly TopicQuery["kind"][] = [...graphKinds, "any", "first"],
): TopicQuery {
  const all = given.object([...new Set(Object.values(fieldsOf).flat())]);
  if (!all.kind) throw given.lacks("kind");
  const kind = all.kind.oneOf(allowed);
  if (kind === (pairs ? "nodes" : "pairs")) {
    throw all.kind.fault(
      pairs ? "takes edges or pairs, for a topic is two entities" : "takes nodes or edges, for a topic is one entity",
    );
  }
  const of = given.object(fieldsOf[kind]);
  switch (kind) {
    case "nodes": {
      if (!of.types) throw given.lacks("types");
      return { kind, types: texts(of.types), ...(of.endings ? { endings: texts(of.endings) } : {}) };
    }
    case "edges":
      return {
        kind,
        relation: textIn(of, "relation", given),
        head: textIn(of, "head", given),
        tail: textIn(of, "tail", given),
      };
    case "pairs":
      return {
        kind,
        head: textIn(of, "head", given),
        tail: textIn(of, "tail", given),
        without: (of.without?.items() ?? []).map((one) => one.text()),
      };
    case "any":
    case "first": {
      if (!of.of) throw given.lacks("of");
      const inner = kind === "first" ? ([...graphKinds, "any"] as const) : graphKinds;
      const parts = of.of.list().map((one) => readTopicQuery(one, pairs, inner));
      return { kind, of: parts as readonly GraphQuery[] };
    }
    default:
      return kind satisfies never;
  }
}

/** As `readTopicList` takes it back: a topic of one name as its name. */
export function writtenTopics(list: TopicList): ByLabel<readonly (string | readonly string[])[]> {
  const written = (topics: readonly (readonly string[])[]) =>
    topics.map((names) => (names.length === 1 ? (names[0] as string) : names));
  if ("every" in list) return { every: written(list.every) };
  return { each: Object.fromEntries(Object.entries(list.each).map(([label, topics]) => [label, written(topics)])) };
}

/** Names as texts, or heads and tails as lists of two. */
export function readTopicList(given: Field, labels: readonly string[], pairs: boolean): TopicList {
  return readByLabel(given, labels, (names) => {
    const all = names.list();
    if (all.length > mostTopics) throw names.fault(`takes at most ${mostTopics} names`);
    return all.map((one) => {
      const entities = one.isText ? [one] : one.items();
      const wanted = pairs ? 2 : 1;
      if (entities.length !== wanted) throw one.fault(pairs ? "takes a list of two names, head and tail" : "takes one name");
      return entities.map((entity) => {
        const name = keptName(entity.text());
        if (name === "" || /[\p{Cc}\u2028\u2029[\]]/u.test(name))
          throw entity.fault("takes a name, on one line and without brackets");
        if (name.length > 120) throw entity.fault("takes at most 120 characters");
        return name;
      });
    });
  });
}
