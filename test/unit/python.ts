// The Python that tests run a project's own scripts with, where there is one.

import { execFileSync } from "node:child_process";
import process from "node:process";

/** `CLINFUSE_PYTHON` names the Python; python3 where it is not set. */
export const python = process.env.CLINFUSE_PYTHON || "python3";

/** Tells whether the Python is there, and has the package where one is named. */
export function hasPython(name?: string): boolean {
  try {
    execFileSync(python, name === undefined ? ["--version"] : ["-c", `import ${name}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
