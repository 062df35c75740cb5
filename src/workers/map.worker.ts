// A thread that helps with the repulsion of one map, and answers nobody: it ends when the worker that draws the map ends it.

import { helpRepulsion, type SharedMap } from "../analyse/repulsion.ts";

self.addEventListener("message", ({ data }: MessageEvent<SharedMap>) => helpRepulsion(data));
