/** @file Marks the built command as executable: npm does so for installed packages, but not for a checkout. JavaScript, because it runs as part of the build. */

import { chmodSync } from "node:fs";

chmodSync(new URL("../dist/cli/bin.js", import.meta.url), 0o755);
