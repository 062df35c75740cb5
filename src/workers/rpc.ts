// The messages between a page and its worker: calls, events with the credit for them, ends, errors. Knows no procedure.

import { ClinfuseError, type ErrorCode, isAbort, type Place } from "../base/errors.ts";

/** A worker's own scope, or a message port. */
export interface Port {
  postMessage(message: unknown): void;
  addEventListener(type: "message" | "messageerror", listener: (event: MessageEvent) => void): void;
}

/** The page's side of it: a worker also tells that it failed. */
export interface WorkerPort extends Port {
  addEventListener(type: "message" | "messageerror", listener: (event: MessageEvent) => void): void;
  addEventListener(type: "error", listener: (event: Event) => void): void;
}

/**
 * From the page. A stream's reader grants so many events, and grants more as it takes them: the work behind it waits for a reader who
 * is slow.
 */
export type Request =
  | { readonly type: "call"; readonly id: number; readonly name: string; readonly argument: unknown; readonly credit: number }
  | { readonly type: "more"; readonly id: number; readonly credit: number }
  | { readonly type: "cancel"; readonly id: number };

export type Reply =
  /** The worker's script has loaded and answers. */
  | { readonly type: "ready" }
  /** The lock that the worker holds until it ends. */
  | { readonly type: "lives"; readonly lock: string }
  | { readonly type: "events"; readonly id: number; readonly events: readonly unknown[] }
  | { readonly type: "done"; readonly id: number; readonly value?: unknown }
  | { readonly type: "error"; readonly id: number; readonly error: PlainError }
  /** A call came whose argument could not be read: nobody knows which. */
  | { readonly type: "unreadable" };

export interface PlainError {
  readonly code: ErrorCode | undefined;
  readonly message: string;
  readonly place: Place;
  readonly stack: string | undefined;
}

export function toPlain(error: unknown): PlainError {
  if (error instanceof ClinfuseError) return { code: error.code, message: error.message, place: error.place, stack: error.stack };
  if (isAbort(error)) return { code: "aborted", message: "stopped", place: {}, stack: undefined };
  if (error instanceof Error) return { code: undefined, message: error.message, place: {}, stack: error.stack };
  return { code: undefined, message: String(error), place: {}, stack: undefined };
}

export function fromPlain(plain: PlainError): Error {
  const error = plain.code ? new ClinfuseError(plain.code, plain.message, plain.place) : new Error(plain.message);
  if (plain.stack) error.stack = plain.stack;
  return error;
}

/** The error of `postMessage` for a value that is no plain data, in words; any other error as it is. */
export function inWords(error: unknown, what: string): unknown {
  if (!(error instanceof Error) || error.name !== "DataCloneError") return error;
  return new ClinfuseError("worker-failed", `${what} cannot be sent: ${error.message}`, {}, { cause: error });
}
