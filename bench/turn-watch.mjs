/**
 * @file Loaded into a process (`--import`): how much processor time one turn of its loop of events takes. What others do
 * on the same cores does not count. On SIGUSR2 it writes the longest since the last time to file descriptor 3, a line of
 * milliseconds.
 */

import { writeSync } from "node:fs";

const MICROSECONDS = 1000;

let longest = 0;
let before = process.cpuUsage();

function turn() {
  const { user, system } = process.cpuUsage(before);
  longest = Math.max(longest, (user + system) / MICROSECONDS);
  before = process.cpuUsage();
  setTimeout(turn, 1).unref();
}
turn();

process.on("SIGUSR2", () => {
  writeSync(3, `${longest}\n`);
  longest = 0;
});
