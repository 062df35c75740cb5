// A trainer by a program as long as there is one for what it is asked; from the first refusal on, onnxruntime with the same state. Knows no kernel.

import { ProgramRefusal } from "../program/program.ts";
import type { Trainer, TrainerOptions, TrainerState } from "../trainer.ts";
import { openProgramTrainer } from "./program-trainer.ts";
import { openWebGpuTrainer } from "./webgpu-trainer.ts";

/** Errors: those of both. */
export async function openWithFallback(options: TrainerOptions): Promise<Trainer> {
  let note: string | undefined;
  const refused = ({ message }: ProgramRefusal) => {
    const longer = options.activations === "float16" ? ", with activations in 32 bits" : "";
    note = `onnxruntime trains in the place of a program${longer}: ${message}`;
    return openWebGpuTrainer(options);
  };
  let current = await openProgramTrainer(options).catch((error: unknown) => {
    if (error instanceof ProgramRefusal) return refused(error);
    throw error;
  });
  let moving: Promise<void> | undefined;
  const move = async (error: ProgramRefusal) => {
    const before = current;
    const [weights, state] = [await before.read(), await inMemory(await before.state())];
    await before.close();
    current = await refused(error);
    await current.write(weights);
    await current.restore(state);
  };
  const call = async <T>(method: (trainer: Trainer) => Promise<T>): Promise<T> => {
    await moving;
    const asked = current;
    try {
      return await method(asked);
    } catch (error) {
      if (!(error instanceof ProgramRefusal)) throw error;
      // Several calls may be refused at once: the first moves, all try again.
      if (current === asked) moving ??= move(error).finally(() => (moving = undefined));
      await moving;
      return method(current);
    }
  };
  return {
    device: "webgpu",
    get path() {
      return current.path;
    },
    get ahead() {
      return current.ahead;
    },
    get note() {
      return note;
    },
    step: (batch, step) => call((trainer) => trainer.step(batch, step)),
    flush: () => call(async (trainer) => trainer.flush?.()),
    infer: (feeds) => call((trainer) => trainer.infer(feeds)),
    features: (feeds) => call((trainer) => trainer.features(feeds)),
    read: () => call((trainer) => trainer.read()),
    write: (weights) => call((trainer) => trainer.write(weights)),
    state: () => call((trainer) => trainer.state()),
    restore: (state) => call((trainer) => trainer.restore(state)),
    close: () => call((trainer) => trainer.close()),
  };
}

/** A state whose tensors outlive the trainer that they come from. */
async function inMemory({ steps, tensors }: TrainerState): Promise<TrainerState> {
  const read = tensors.map(async ({ name, shape, read }) => {
    const data = await read();
    return { name, shape, read: async () => data };
  });
  return { steps, tensors: await Promise.all(read) };
}
