// Names that a JSON file gives to labels of its task, in the form in which a task keeps them. Knows no task.

import { type Field, field } from "../base/json-field.ts";
import type { Label } from "./task.ts";

/** A name as a task keeps it: composed (NFC), without blanks at its ends. */
export const keptName = (text: string): string => text.normalize("NFC").trim();

/** Id of the label that the field names. Throws a `FieldError` where it is none of them. */
export function labelOfField(given: Field, labels: readonly Label[]): string {
  const kept = given.isText ? field(given.name, keptName(given.text())) : given;
  return kept.oneOf(labels.map(({ id }) => id));
}

/** Fields of an object by the label (id) that each is for. Throws a `FieldError` for another label, and for one that stands twice. */
export function fieldsByLabel(given: Field, labels: readonly string[]): Readonly<Record<string, Field>> {
  const entries = given.isObject ? Object.entries(given.value as object) : [];
  const names = entries.map(([name]) => keptName(name));
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw given.fault(`takes a label once, and has ${JSON.stringify(twice)} twice`);
  const kept = Object.fromEntries(entries.map(([name, value]) => [keptName(name), value]));
  return (given.isObject ? field(given.name, kept) : given).object(labels);
}
