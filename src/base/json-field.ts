// A value of a JSON file with the name of its field, so that every fault says where it is. Knows no file.

import { meantWords } from "./nearest-name.ts";

/** A fault of one field: the message names it, says what is there and what it takes. */
export class FieldError extends Error {}

export interface Field {
  /** Where it stands: `plan.json: sources[1].kind`. */
  readonly name: string;
  /** The same without its file: `sources[1].kind`. */
  readonly path: string;
  readonly value: unknown;
  readonly isText: boolean;
  readonly isObject: boolean;
  /** Its fields, of these alone. */
  object(names: readonly string[]): Readonly<Record<string, Field>>;
  /** Its elements; at least one, none twice. */
  list(): readonly Field[];
  /** Its elements, whatever they are. */
  items(): readonly Field[];
  text(): string;
  flag(): boolean;
  wholeNumber(least: number, most?: number): number;
  number(least: number, most?: number): number;
  /** A number of more than `least`. */
  above(least: number): number;
  oneOf<T extends string>(allowed: readonly T[]): T;
  /** An error that names the field, says what is there and what it takes. */
  fault(takes: string): Error;
  /** An error that says which field of this object is not there. */
  lacks(name: string): Error;
}

export function field(name: string, value: unknown): Field {
  const fault = (takes: string) => new FieldError(`${name} ${takes}; it is ${shown(value)}`);
  const isObject = value !== null && typeof value === "object" && !Array.isArray(value);
  const inside = (key: string) => (name.includes(": ") ? `${name}.${key}` : `${name}: ${key}`);
  return {
    name,
    path: name.slice(name.indexOf(": ") + 1).trimStart(),
    value,
    fault,
    lacks: (key) => new FieldError(`${name} has no "${key}"`),
    isText: typeof value === "string",
    isObject,
    object(names) {
      if (!isObject) throw fault("takes an object");
      const unknown = Object.keys(value as object).find((key) => !names.includes(key));
      if (unknown !== undefined)
        throw new FieldError(`${inside(unknown)} is no field; the fields are ${names.join(", ")}${meantWords(unknown, names)}`);
      return Object.fromEntries(Object.entries(value as object).map(([key, of]) => [key, field(inside(key), of)]));
    },
    list() {
      if (!Array.isArray(value) || value.length === 0) throw fault("takes a list with at least one element");
      const seen = new Map<string, number>();
      return value.map((of: unknown, i) => {
        const before = seen.get(JSON.stringify(of));
        if (before !== undefined) throw new FieldError(`${name}[${i}] is the same as ${name}[${before}]`);
        seen.set(JSON.stringify(of), i);
        return field(`${name}[${i}]`, of);
      });
    },
    items() {
      if (!Array.isArray(value)) throw fault("takes a list");
      return value.map((of: unknown, i) => field(`${name}[${i}]`, of));
    },
    text() {
      if (typeof value !== "string") throw fault("takes a text");
      return value;
    },
    flag() {
      if (typeof value !== "boolean") throw fault("takes true or false");
      return value;
    },
    wholeNumber(least, most) {
      const found =
        Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= (most ?? Number.POSITIVE_INFINITY);
      if (!found) throw fault(`takes a whole number ${most === undefined ? `of at least ${least}` : `from ${least} to ${most}`}`);
      return value as number;
    },
    above(least) {
      if (!Number.isFinite(value) || (value as number) <= least) throw fault(`takes a number of more than ${least}`);
      return value as number;
    },
    number(least, most = Number.POSITIVE_INFINITY) {
      const takes = Number.isFinite(most) ? `takes a number from ${least} to ${most}` : `takes a number of at least ${least}`;
      if (!Number.isFinite(value) || (value as number) < least || (value as number) > most) throw fault(takes);
      return value as number;
    },
    oneOf(allowed) {
      const found = allowed.find((a) => a === value);
      if (found === undefined) {
        throw new FieldError(`${name} takes ${allowed.join(", ")}; it is ${shown(value)}${meantWords(value, allowed)}`);
      }
      return found;
    },
  };
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
