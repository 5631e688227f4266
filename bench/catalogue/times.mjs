import { readFileSync } from "node:fs";

/** Median and least time of an action, in milliseconds. */
export async function times(rounds, action) {
  const all = [];
  for (let i = 0; i < rounds; i++) {
    const start = performance.now();
    await action();
    all.push(performance.now() - start);
  }
  all.sort((a, b) => a - b);
  return { median: all[Math.floor(all.length / 2)], min: all[0] };
}

/** Bytes that this process has had in memory at most. Linux only. */
export function peakBytes() {
  return Number(/VmHWM:\s*(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) * 1024;
}
