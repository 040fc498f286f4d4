/** @file Removes what the last build left: files of modules that are gone must not be published. JavaScript, because it runs before anything is built. */

import { rmSync } from "node:fs";

// The package is the folder that npm runs its build in.
rmSync("dist", { recursive: true, force: true });
