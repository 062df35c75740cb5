// Starts the worker that opens capsules for a page.

import { capsuleAnswers } from "../procedures/answers.ts";
import type { CapsuleProcedures } from "../procedures/capsules.ts";
import { client } from "./client.ts";

const start = () => new Worker(new URL("./capsules.worker.ts", import.meta.url), { type: "module", name: "capsules" });
export const capsulesClient = client<CapsuleProcedures>(start, capsuleAnswers);
