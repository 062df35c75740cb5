// Starts the measure worker for a page.

import { measureAnswers } from "../procedures/answers.ts";
import type { MeasureProcedures } from "../procedures/measure.ts";
import { client } from "./client.ts";

const start = () => new Worker(new URL("./measure.worker.ts", import.meta.url), { type: "module", name: "measure" });
export const measureClient = client<MeasureProcedures>(start, measureAnswers);
