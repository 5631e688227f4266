#!/usr/bin/env node
import { runCommand } from "./program.js";

const controller = new AbortController();
process.once("SIGINT", () => controller.abort(new Error("interrupted")));
process.once("SIGTERM", () => controller.abort(new Error("terminated")));
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // A reader that goes away (| head) is no failure of ours.
  process.exit(error.code === "EPIPE" ? 0 : 1);
});

process.exitCode = await runCommand(process.argv.slice(2), {
  // npm runs scripts at the root of the checkout; paths on the command line are meant from where the user stands.
  cwd: (process.env.npm_lifecycle_event === "crossprobe" && process.env.INIT_CWD) || process.cwd(),
  out: (text) => void process.stdout.write(text),
  outBytes: (bytes) => void process.stdout.write(bytes),
  err: (text) => void process.stderr.write(text),
  isTerminal: process.stderr.isTTY === true,
  isOutTerminal: process.stdout.isTTY === true,
  columns: process.stdout.columns ?? 80,
  signal: controller.signal,
});
