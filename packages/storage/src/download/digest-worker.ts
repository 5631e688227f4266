/** The thread of `DigestFollower`. */

import { readSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import type { FileDigest } from "@crossprobe/core";
import { type ContentDigest, DigestRun } from "./digests.js";

export interface FollowStart {
  readonly fd: number;
  readonly kinds: readonly ContentDigest["kind"][];
}

export interface FollowQuestion {
  /** Bytes from the first on that may be read. */
  readonly until: number;
  /** Whether the digests are wanted. */
  readonly isLast: boolean;
}

export interface FollowAnswer {
  /** Fewer than were asked for where the file ended before. */
  readonly read: number;
  readonly digests: readonly FileDigest[];
}

/** Little enough for the digest to find it in the processor's cache. */
const READ_BYTES = 128 * 1024;

const { fd, kinds }: FollowStart = workerData;
const run = new DigestRun(kinds);
const room = Buffer.allocUnsafeSlow(READ_BYTES);
let read = 0;

parentPort?.on("message", ({ until, isLast }: FollowQuestion) => {
  while (read < until) {
    const length = readSync(fd, room, 0, Math.min(READ_BYTES, until - read), read);
    if (length === 0) break;
    run.update(room.subarray(0, length));
    read += length;
  }
  if (!isLast) return;
  const answer: FollowAnswer = { read, digests: run.finish() };
  parentPort?.postMessage(answer);
});
