/** @file Removes what the last build left: files of modules that are gone must not be published. JavaScript, because it runs before anything is built. */

import { rmSync } from "node:fs";

rmSync(new URL("../dist/", import.meta.url), { recursive: true, force: true });
