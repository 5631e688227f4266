import { setImmediate } from "node:timers/promises";
import type { Io } from "../io.js";
import { Progress } from "../output/progress.js";
import type { LfpSignal, SignalBlock, SignalRequest } from "./lfp-signal.js";

/** Gives every block of a piece to `use` in time order, saying how far it is; an interruption is heard between two blocks. */
export async function readWithProgress(
  signal: LfpSignal,
  request: SignalRequest,
  io: Io,
  use: (block: SignalBlock) => Promise<void>,
): Promise<void> {
  const [start, stop] = request.samples;
  const { samplingRate } = signal.clock;
  const progress = new Progress(io);
  try {
    for await (const block of signal.blocks(request, { signal: io.signal })) {
      await use(block);
      const seconds = (samples: number) => Math.round(samples / samplingRate);
      progress.update("seconds of LFP:", seconds(block.samples[1] - start), seconds(stop - start));
      await setImmediate(undefined, { signal: io.signal });
    }
  } finally {
    progress.end();
  }
}
