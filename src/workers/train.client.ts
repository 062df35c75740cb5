// Starts the train worker for a page.

import { trainAnswers } from "../procedures/answers.ts";
import type { TrainProcedures } from "../procedures/train.ts";
import { client } from "./client.ts";

const start = () => new Worker(new URL("./train.worker.ts", import.meta.url), { type: "module", name: "train" });
export const trainClient = client<TrainProcedures>(start, trainAnswers);
