// Checks of the values in a capsule: whoever made its files, the page shows them and must not fall over them. Knows no zip.

import { canonicalJson } from "../base/hash.ts";
import { type Field, FieldError, field } from "../base/json-field.ts";
import type { ExperimentConfig } from "../experiment/experiment-config.ts";
import { type NotebookData, type StageResult, steps } from "../experiment/notebook.ts";
import { sourceKinds } from "../generate/sources.ts";
import type { KnowledgeData } from "../knowledge/topic.ts";
import { type TaskRef, taskOf } from "../tasks/catalogue.ts";
import type { Example, Shape, Span } from "../tasks/example.ts";
import type { Task } from "../tasks/task.ts";
import { readTaskJson, taskJson } from "../tasks/task-file.ts";

/** A field's own fields, whichever they are, each made when it is asked for: a log has a hundred thousand. */
export function fieldsOf(of: Field): (name: string) => Field {
  if (!of.isObject) throw of.fault("takes an object");
  const value = of.value as Readonly<Record<string, unknown>>;
  const before = of.name.includes(": ") ? `${of.name}.` : `${of.name}: `;
  return (name) => {
    if (!Object.hasOwn(value, name)) throw of.lacks(name);
    return field(`${before}${name}`, value[name]);
  };
}

const has = (of: Field, name: string): boolean => of.isObject && Object.hasOwn(of.value as object, name);

/** Runs `check` on a field where it is there. */
export function ifThere(of: Field, name: string, check: (found: Field) => unknown): void {
  if (has(of, name)) check(fieldsOf(of)(name));
}

/** Every value of an object, whatever its names. */
export function eachOf(of: Field, check: (found: Field) => unknown): void {
  if (!of.isObject) throw of.fault("takes an object");
  for (const found of Object.values(of.object(Object.keys(of.value as object)))) check(found);
}

const finite = (of: Field): void => {
  if (!Number.isFinite(of.value)) throw of.fault("takes a number");
};

const share = (of: Field): void => {
  if (of.number(0) > 1) throw of.fault("takes a probability from 0 to 1");
};

/** Within so many characters; an answer does not say how many its text has. */
function spanWithin(characters: number | undefined, of: Field): Span {
  const at = fieldsOf(of);
  at("label").text();
  const end = at("end").wholeNumber(1, characters);
  at("start").wholeNumber(0, end - 1);
  return of.value as Span;
}

/** Fields of an answer, and those of an example. */
interface ShapeCheck {
  answer(of: Field): void;
  example(of: Field): void;
}

const label = (of: Field) => void fieldsOf(of)("label").text();

const checks: Readonly<Record<Shape, ShapeCheck>> = {
  token: {
    answer: (of) => {
      for (const span of fieldsOf(of)("spans").items()) spanWithin(undefined, span);
    },
    example(of) {
      const text = fieldsOf(of)("text").text();
      let before = 0;
      for (const span of fieldsOf(of)("spans").items()) {
        const { start, end } = spanWithin(text.length, span);
        if (start < before) throw span.fault("begins before the one before it ends");
        before = end;
      }
    },
  },
  sentence: {
    answer: (of) => {
      for (const name of fieldsOf(of)("labels").items()) name.text();
    },
    example(of) {
      fieldsOf(of)("text").text();
      checks.sentence.answer(of);
    },
  },
  relation: {
    answer: label,
    example(of) {
      const text = fieldsOf(of)("text").text();
      for (const end of ["head", "tail"]) spanWithin(text.length, fieldsOf(of)(end));
      label(of);
    },
  },
  pair: {
    answer: label,
    example(of) {
      for (const name of ["first", "second"]) fieldsOf(of)(name).text();
      label(of);
    },
  },
};

function ofShape(of: Field, shape: Shape): ShapeCheck {
  fieldsOf(of)("kind").oneOf([shape]);
  return checks[shape];
}

export function exampleOf(of: Field, { shape }: Task): Example {
  ofShape(of, shape).example(of);
  return of.value as Example;
}

/** The task that a choice names; one of the user's own is read as its file would be. */
export function taskRefOf(of: Field): TaskRef {
  const ref = of.isText ? of.text() : readTaskJson(taskJson(of.value as Task), of.name).task;
  taskOf(ref);
  return ref;
}

export function configOf(of: Field): ExperimentConfig {
  const at = fieldsOf(of);
  const task = taskRefOf(at("task"));
  fieldsOf(at("source"))("kind").oneOf(sourceKinds);
  ifThere(at("source"), "writer", (writer) => fieldsOf(writer)("model").text());
  at("preset").oneOf(["small", "paper"]);
  for (const name of ["graph", "engine", "encoder", "device"]) at(name).text();
  for (const name of ["size", "seed", "topicCount"]) at(name).wholeNumber(0);
  ifThere(of, "licences", (licences) => licences.items().map((licence) => licence.text()));
  ifThere(of, "train", (train) => fieldsOf(train));
  return { ...(of.value as ExperimentConfig), task };
}

export function dataOf(of: Field, task: Task): NotebookData {
  const at = fieldsOf(of);
  at("source").text();
  for (const remark of at("remarks").items()) remark.text();
  for (const rows of ["train", "validation", "test"]) for (const row of at(rows).items()) exampleOf(row, task);
  ifThere(of, "gold", (rows) => rows.items().map((row) => exampleOf(row, task)));
  return of.value as NotebookData;
}

function checkTopic(topic: Field): void {
  for (const entity of fieldsOf(topic)("entities").items()) {
    for (const name of ["name", "type"]) fieldsOf(entity)(name).text();
    ifThere(entity, "id", (id) => id.text());
  }
  fieldsOf(topic)("source").oneOf(["kg", "llm", "list"]);
  ifThere(topic, "provenance", (from) => ["source", "licence"].map((name) => fieldsOf(from)(name).text()));
}

export function knowledgeIn(of: Field): KnowledgeData {
  const at = fieldsOf(of);
  eachOf(at("topics"), (topics) => topics.items().map(checkTopic));
  for (const style of at("styles").items()) fieldsOf(style)("name").text();
  for (const name of at("lexicon").items()) name.text();
  return of.value as KnowledgeData;
}

/** An attempt or feedback of the log. */
export function checkEntry(of: Field, task: Task): void {
  const at = fieldsOf(of);
  const type = at("type").oneOf(["accepted", "rejected", "feedback"]);
  if (type === "feedback") {
    at("after").wholeNumber(0);
    for (const example of at("demonstrations").items()) exampleOf(example, task);
    return;
  }
  at("index").wholeNumber(0);
  at("label").text();
  const origin = at("origin");
  fieldsOf(origin)("kind").oneOf(["prompted", "derived"]);
  ifThere(origin, "turns", (turns) => turns.items().map(checkTurn));
  ifThere(origin, "topic", checkTopic);
  ifThere(origin, "style", (style) => style.text());
  if (type === "accepted") exampleOf(at("example"), task);
  else at("reason").text();
}

function checkTurn(of: Field): void {
  const at = fieldsOf(of);
  at("text").text();
  for (const message of at("messages").items()) for (const name of ["role", "content"]) fieldsOf(message)(name).text();
  for (const name of ["promptTokens", "completionTokens"]) finite(at(name));
}

export function scoresOf(of: Field): StageResult["scores"] {
  const at = fieldsOf(of);
  eachOf(at("values"), finite);
  eachOf(at("perLabel"), (label) => ["precision", "recall", "f1", "support"].map((name) => finite(fieldsOf(label)(name))));
  finite(at("examples"));
  return of.value as StageResult["scores"];
}

export function answersOf(of: Field, { shape }: Task): StageResult["predicted"] {
  for (const answer of of.items()) {
    ofShape(answer, shape).answer(answer);
    ifThere(answer, "sure", (sure) => (Array.isArray(sure.value) ? sure.items() : [sure]).map(share));
  }
  return of.value as StageResult["predicted"];
}

export function spentOf(of: Field): Readonly<Record<string, number>> {
  eachOf(of, finite);
  of.object([...steps]);
  return of.value as Readonly<Record<string, number>>;
}

/** Numbers of an event of a training's history. */
export function checkEvent(of: Field): void {
  const at = fieldsOf(of);
  const type = at("type").oneOf(["step", "epoch"]);
  at("stage").oneOf(["few", "synthetic"]);
  for (const name of type === "step" ? ["step", "loss", "epoch"] : ["epoch"]) finite(at(name));
}

/** Sentence of a fault of these checks, or of a task file; anything else is a fault of the program and is thrown. */
export function valueFault(error: unknown): string {
  if (error instanceof FieldError) return error.message;
  if (error instanceof Error && error.name === "ClinfuseError") return error.message;
  throw error;
}

export const sameJson = (a: unknown, b: unknown): boolean => canonicalJson([a]) === canonicalJson([b]);
