// Every method that there is. A new one is one line here.

import type { Task } from "../tasks/task.ts";
import { clingen } from "./clingen.ts";
import type { Method } from "./method.ts";
import type { MethodId } from "./run-config.ts";
import { zerogen } from "./zerogen.ts";

export const methods: Readonly<Record<MethodId, Method<Task>>> = { clingen, zerogen };
