// Starts the analyse worker for a page.

import type { AnalyseProcedures } from "../procedures/analyse.ts";
import { analyseAnswers } from "../procedures/answers.ts";
import { client } from "./client.ts";

const start = () => new Worker(new URL("./analyse.worker.ts", import.meta.url), { type: "module", name: "analyse" });
export const analyseClient = client<AnalyseProcedures>(start, analyseAnswers);
