// The type of a worker's procedures: functions by name, and which of them are streams. Knows no worker and no message.

/** Takes one argument that can be cloned, and a signal. */
// biome-ignore lint/suspicious/noConfusingVoidType: a generator that returns nothing is typed void
export type Procedure = (argument: never, signal: AbortSignal) => Promise<unknown> | AsyncGenerator<unknown, void | undefined>;
export type Procedures = Readonly<Record<string, Procedure>>;

/** Form of each procedure's answer, which the other side needs before any has come. A row that is missing or wrong does not compile. */
export type Answers<P extends Procedures> = {
  readonly [K in keyof P]: ReturnType<P[K]> extends Promise<unknown> ? "promise" : "stream";
};
