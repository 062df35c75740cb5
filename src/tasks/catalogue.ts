// Every task of the paper, in the order of its Table 5. A new one is one line here. A task of the user's own is data that comes with its run.

import { ClinfuseError } from "../base/errors.ts";
import { bc5cdrChemical } from "./bc5cdr-chemical.ts";
import { bc5cdrDisease } from "./bc5cdr-disease.ts";
import { casi } from "./casi.ts";
import { cdr } from "./cdr.ts";
import { chemdner } from "./chemdner.ts";
import { chemprot } from "./chemprot.ts";
import { gad } from "./gad.ts";
import { healthver } from "./healthver.ts";
import { hoc } from "./hoc.ts";
import { litcovid } from "./litcovid.ts";
import { mediqaNli } from "./mediqa-nli.ts";
import { mediqaRqe } from "./mediqa-rqe.ts";
import { mednli } from "./mednli.ts";
import { mqp, mqpBefore } from "./mqp.ts";
import { ncbiDisease } from "./ncbi-disease.ts";
import { pubhealth } from "./pubhealth.ts";
import type { Task } from "./task.ts";

export const tasks: readonly Task[] = [
  litcovid,
  hoc,
  gad,
  cdr,
  chemprot,
  mednli,
  mediqaNli,
  mediqaRqe,
  pubhealth,
  healthver,
  mqp,
  bc5cdrDisease,
  bc5cdrChemical,
  ncbiDisease,
  chemdner,
  casi,
];

/** Throws `not-found` with the ids that exist. */
export function taskById(id: string): Task {
  const task = tasks.find((t) => t.id === id);
  if (!task) {
    const known = tasks.map((t) => t.id).join(", ");
    throw new ClinfuseError("not-found", `there is no task "${id}"; the tasks are: ${known}`, { what: id, expected: known });
  }
  return task;
}

/** Tasks in the words of their first version. */
const before: readonly Task[] = [mqpBefore];

/** The task in the words of a version (Task.wording), for a run that was begun in them. Throws `not-found` as `taskById`. */
export function taskInWords(ref: TaskRef, wording: number | undefined): Task {
  const task = taskOf(ref);
  return task.wording === wording ? task : (before.find((t) => t.id === task.id) ?? task);
}

/** A task as a choice names it: the id of a task of the paper, or a task of the user's own, whole. Keys hash it, so an edited task is another one. */
export type TaskRef = string | Task;

/** Throws `not-found` as `taskById`. */
export const taskOf = (ref: TaskRef): Task => (typeof ref === "string" ? taskById(ref) : ref);

/** Id of the task, for addresses and names of files. */
export const taskIdOf = (ref: TaskRef): string => (typeof ref === "string" ? ref : ref.id);
