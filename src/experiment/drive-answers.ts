// The driver's part for a source that answers the test set itself: predictions out of its log, and their scores. Nothing is trained.

import { score } from "../evaluate/score.ts";
import { taskOf } from "../tasks/catalogue.ts";
import type { Example } from "../tasks/example.ts";
import { blankOf } from "../tasks/shapes.ts";
import type { ExampleOf, Task } from "../tasks/task.ts";
import { answered, answerOf } from "./answer.ts";
import { type Drive, type Part, put } from "./drive-cell.ts";
import type { NotebookData, StageResult } from "./notebook.ts";
import { answerKeys } from "./plan.ts";
import type { Made, Product } from "./product.ts";
import type { DataKeys } from "./training-basis.ts";

export async function* driveAnswers(
  { cell, store, ports }: Drive,
  keys: DataKeys,
  { test }: NotebookData,
  made: Product<"made">,
): Part<StageResult & { readonly predictions: string }> {
  const task = taskOf(cell.config.task);
  const of = await answerKeys(cell.config.task, made.value.run, keys);
  const [kept, scored] = [await store.find("predictions", of.predictions), await store.find("scores", of.scores)];
  if (kept?.state === "whole" && scored?.state === "whole") {
    yield { type: "found", kind: "scores", key: of.scores };
    return { scores: scored.value, predicted: kept.value, predictions: of.predictions };
  }
  yield { type: "step", step: "evaluate" };
  const given = await answersOf(ports.pipeline.readRun, made.value, test);
  const predicted = given.map(answerOf);
  const ofTask = (examples: readonly Example[]) => examples as readonly ExampleOf<Task>[];
  const scores = score(task, ofTask(test), ofTask(answered(test, predicted)));
  yield* put(store, { kind: "predictions", key: of.predictions, state: "whole", milliseconds: 0, value: predicted });
  yield* put(store, { kind: "scores", key: of.scores, state: "whole", milliseconds: 0, value: scores });
  return { scores, predicted, predictions: of.predictions };
}

/** An answer for each test item; a rejected one answers nothing, which is wrong. */
async function answersOf(
  readRun: Drive["ports"]["pipeline"]["readRun"],
  { run }: Made,
  test: readonly Example[],
): Promise<Example[]> {
  const given = test.map(blankOf);
  for await (const entry of readRun({ id: run })) {
    if (entry.type === "accepted" && entry.index < given.length) given[entry.index] = entry.example;
  }
  return given;
}
