// A restricted reader of Python pickles: plain data, and the few globals that the caller names. Runs nothing. Knows no tensors.
//
// Opcodes: Python's Lib/pickletools.py, protocols 0 to 5, those that torch.save writes.

import { ClinfuseError } from "../base/errors.ts";

/** A global of the pickle that was called: its full name and arguments; what it means is the caller's to say. */
export interface PickleCalls {
  /** Throws for one that may not be there. `name`: for instance `torch._utils._rebuild_tensor_v2`. */
  readonly global: (name: string) => unknown;
  readonly call: (callee: unknown, args: readonly unknown[]) => unknown;
  readonly persistent: (id: unknown) => unknown;
}

/** Dicts, whatever their keys; OrderedDict too. */
export type PickleDict = Map<unknown, unknown>;

const mark = Symbol("mark");
const most = 10_000_000; // entries on the stack or in the memo: no checkpoint has so many

export class Pickle {
  #at: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #text = new TextDecoder();

  constructor(
    bytes: Uint8Array,
    private readonly calls: PickleCalls,
    private readonly file: string,
    at = 0,
  ) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = at;
  }

  /** Offset of the next pickle of the same bytes. */
  get position(): number {
    return this.#at;
  }

  /** Errors: `model-unsupported` for what is no pickle or not allowed in one, `model-truncated` where it ends too early. */
  read(): unknown {
    const stack: unknown[] = [];
    const memo = new Map<number, unknown>();
    for (;;) {
      const opcode = this.#byte();
      if (opcode === 0x2e) return stack.pop(); // STOP
      const step = opcodes[opcode];
      if (!step) throw this.refused(`its pickle has the opcode 0x${opcode.toString(16)}`);
      step(this, stack, memo);
      if (stack.length > most || memo.size > most) throw this.refused("its pickle is absurdly large");
    }
  }

  refused(why: string): ClinfuseError {
    return new ClinfuseError("model-unsupported", `${this.file}: ${why}`, { file: this.file, what: why });
  }

  #take(count: number): number {
    const at = this.#at;
    const end = at + count;
    if (count < 0 || end > this.#bytes.length) {
      const place = { file: this.file, got: this.#bytes.length, expected: end };
      throw new ClinfuseError("model-truncated", `${this.file}: its pickle ends in the middle of a value`, place);
    }
    this.#at = end;
    return at;
  }

  #byte(): number {
    return this.#bytes[this.#take(1)] as number;
  }

  uint(bytes: 1 | 2 | 4 | 8): number {
    const at = this.#take(bytes);
    if (bytes === 1) return this.#view.getUint8(at);
    if (bytes === 2) return this.#view.getUint16(at, true);
    return bytes === 4 ? this.#view.getUint32(at, true) : Number(this.#view.getBigUint64(at, true));
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  float64(): number {
    return this.#view.getFloat64(this.#take(8), false);
  }

  utf8(bytes: number): string {
    const at = this.#take(bytes);
    return this.#text.decode(this.#bytes.subarray(at, at + bytes));
  }

  /** Two's complement, little-endian; a number where it is safe, else a bigint. */
  long(bytes: number): number | bigint {
    const at = this.#take(bytes);
    let value = 0n;
    for (let i = bytes - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.#bytes[at + i] as number);
    if (bytes > 0 && ((this.#bytes[at + bytes - 1] as number) & 0x80) !== 0) value -= 1n << BigInt(8 * bytes);
    return BigInt.asIntN(54, value) === value ? Number(value) : value;
  }

  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    const text = this.utf8((end < 0 ? this.#bytes.length : end) - this.#at);
    this.#take(1);
    return text;
  }

  global(name: string): unknown {
    return this.calls.global(name);
  }

  call(callee: unknown, args: unknown): unknown {
    if (!Array.isArray(args)) throw this.refused("its pickle calls something without arguments");
    return this.calls.call(callee, args);
  }

  persistent(id: unknown): unknown {
    return this.calls.persistent(id);
  }

  popTo(stack: unknown[]): unknown[] {
    const at = stack.lastIndexOf(mark);
    if (at < 0) throw this.refused("its pickle closes what it did not open");
    const items = stack.splice(at);
    return items.slice(1);
  }

  setItems(target: unknown, pairs: readonly unknown[]): void {
    if (!(target instanceof Map)) throw this.refused("its pickle sets an item of what is no dict");
    for (let i = 0; i + 1 < pairs.length; i += 2) target.set(pairs[i], pairs[i + 1]);
  }
}

type Step = (p: Pickle, stack: unknown[], memo: Map<number, unknown>) => void;

const push =
  (read: (p: Pickle) => unknown): Step =>
  (p, stack) =>
    void stack.push(read(p));

const tuple =
  (count: number): Step =>
  (_, stack) =>
    void stack.push(stack.splice(stack.length - count));

const appendTo = (p: Pickle, target: unknown, items: readonly unknown[]) => {
  if (!Array.isArray(target)) throw p.refused("its pickle appends to what is no list");
  for (const item of items) target.push(item);
};

const put =
  (index: (p: Pickle, memo: Map<number, unknown>) => number): Step =>
  (p, stack, memo) =>
    void memo.set(index(p, memo), stack.at(-1));

const get =
  (index: (p: Pickle) => number): Step =>
  (p, stack, memo) => {
    const key = index(p);
    if (!memo.has(key)) throw p.refused("its pickle refers to what it did not keep");
    stack.push(memo.get(key));
  };

const opcodes: Readonly<Record<number, Step>> = {
  128: (p) => void p.uint(1), // PROTO
  149: (p) => void p.uint(8), // FRAME
  40: (_, stack) => void stack.push(mark), // MARK
  48: (_, stack) => void stack.pop(), // POP
  50: (_, stack) => void stack.push(stack.at(-1)), // DUP
  78: push(() => null), // NONE
  136: push(() => true), // NEWTRUE
  137: push(() => false), // NEWFALSE
  74: push((p) => p.int32()), // BININT
  75: push((p) => p.uint(1)), // BININT1
  77: push((p) => p.uint(2)), // BININT2
  138: push((p) => p.long(p.uint(1))), // LONG1
  71: push((p) => p.float64()), // BINFLOAT
  88: push((p) => p.utf8(p.uint(4))), // BINUNICODE
  140: push((p) => p.utf8(p.uint(1))), // SHORT_BINUNICODE
  84: push((p) => p.utf8(p.uint(4))), // BINSTRING
  85: push((p) => p.utf8(p.uint(1))), // SHORT_BINSTRING
  41: push(() => []), // EMPTY_TUPLE
  133: tuple(1), // TUPLE1
  134: tuple(2), // TUPLE2
  135: tuple(3), // TUPLE3
  116: (p, stack) => void stack.push(p.popTo(stack)), // TUPLE
  93: push(() => []), // EMPTY_LIST
  108: (p, stack) => void stack.push(p.popTo(stack)), // LIST
  97: (p, stack) => appendTo(p, stack.at(-2), [stack.pop()]), // APPEND
  // APPENDS
  101: (p, stack) => {
    const items = p.popTo(stack);
    appendTo(p, stack.at(-1), items);
  },
  125: push(() => new Map()), // EMPTY_DICT
  // SETITEM
  115: (p, stack) => {
    const pair = stack.splice(stack.length - 2);
    p.setItems(stack.at(-1), pair);
  },
  // SETITEMS
  117: (p, stack) => {
    const pairs = p.popTo(stack);
    p.setItems(stack.at(-1), pairs);
  },
  113: put((p) => p.uint(1)), // BINPUT
  114: put((p) => p.uint(4)), // LONG_BINPUT
  148: put((_, memo) => memo.size), // MEMOIZE
  104: get((p) => p.uint(1)), // BINGET
  106: get((p) => p.uint(4)), // LONG_BINGET
  99: push((p) => p.global(`${p.line()}.${p.line()}`)), // GLOBAL
  // STACK_GLOBAL
  147: (p, stack) => {
    const [module, name] = stack.splice(stack.length - 2);
    stack.push(p.global(`${String(module)}.${String(name)}`));
  },
  // REDUCE
  82: (p, stack) => {
    const [callee, args] = stack.splice(stack.length - 2);
    stack.push(p.call(callee, args));
  },
  81: (p, stack) => void stack.push(p.persistent(stack.pop())), // BINPERSID
  98: (_, stack) => void stack.pop(), // BUILD: attributes, for instance _metadata of a state dict; nothing that we keep
};
