// Starts the generate worker for a page.

import { generateAnswers } from "../procedures/answers.ts";
import type { GenerateProcedures } from "../procedures/generate.ts";
import { client } from "./client.ts";

const start = () => new Worker(new URL("./generate.worker.ts", import.meta.url), { type: "module", name: "generate" });
export const generateClient = client<GenerateProcedures>(start, generateAnswers);
