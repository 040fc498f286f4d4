/** @file The commands: one line each, in the order of the help. */

import type { Command } from "./command.ts";
import { baselines } from "./commands/baselines.ts";
import { calibrate } from "./commands/calibrate.ts";
import { compare } from "./commands/compare.ts";
import { completion } from "./commands/completion.ts";
import { decision } from "./commands/decision.ts";
import { doctor } from "./commands/doctor.ts";
import { enqueue } from "./commands/enqueue.ts";
import { evaluate } from "./commands/evaluate.ts";
import { explain } from "./commands/explain.ts";
import { inspect } from "./commands/inspect.ts";
import { mcp } from "./commands/mcp.ts";
import { models } from "./commands/models.ts";
import { report } from "./commands/report.ts";
import { serve } from "./commands/serve.ts";
import { shortcuts } from "./commands/shortcuts.ts";
import { status } from "./commands/status.ts";
import { tune } from "./commands/tune.ts";
import { verify } from "./commands/verify.ts";
import { view } from "./commands/view.ts";
import { worker } from "./commands/worker.ts";

export const COMMANDS: readonly Command[] = [
  explain,
  compare,
  evaluate,
  baselines,
  tune,
  calibrate,
  shortcuts,
  view,
  report,
  decision,
  enqueue,
  worker,
  status,
  serve,
  mcp,
  verify,
  inspect,
  models,
  doctor,
  completion,
];
