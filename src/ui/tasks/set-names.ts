// Sets of a task's examples in words for readers.

import type { TaskExamples } from "../../tasks/example-rows.ts";

export const setNames: Readonly<Record<keyof TaskExamples, { readonly name: string; readonly purpose: string }>> = {
  train: { name: "Train", purpose: "to train" },
  validation: { name: "Validate", purpose: "to validate" },
  test: { name: "Test", purpose: "to test" },
};
