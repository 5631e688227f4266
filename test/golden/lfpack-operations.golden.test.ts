import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  bipolarMap,
  butterworth,
  composeMaps,
  firFilter,
  type LfpackReadRequest,
  type LfpackRecording,
  regionMeanMap,
  reReferenceMap,
  secondDifferenceMap,
  sosFilter,
  subsetMap,
} from "@crossprobe/ibl-adapter/lfpack";
import { describe, expect, it } from "vitest";
import { openArchive } from "./lfpack-checks.js";
import { largestDifference, readExpected, readNpy } from "./lfpack-expected.js";
import { SHARED } from "./shared.js";

const FIXTURES = fileURLToPath(new URL("../fixtures/lfpack/linear-ops", import.meta.url));
const GOLDEN = `${SHARED ?? ""}/golden/lfpack`;

interface Operation {
  readonly name: string;
  readonly largest: number;
  readonly regions?: readonly string[];
  readonly channelCounts?: readonly number[];
  readonly pairs?: readonly (readonly [number, number])[];
  readonly triples?: readonly (readonly [number, number, number])[];
  readonly channels?: readonly number[];
  readonly sos?: readonly (readonly number[])[];
  readonly taps?: readonly number[];
  readonly padlen?: number;
  readonly referenceChannelCount?: number;
  readonly windows: readonly {
    readonly first: number;
    readonly last: number;
    readonly fromFloat64: { readonly npy: string; readonly shape: readonly number[] };
  }[];
}

interface LinearOps {
  readonly recording: string;
  readonly files: readonly {
    readonly file: string;
    readonly samples: number;
    readonly operations: readonly Operation[];
  }[];
}

/** The request that asks for an operation. */
function toRequest(operation: Operation, { channels, channelCount }: LfpackRecording): LfpackReadRequest {
  const picked = operation.channels === undefined ? undefined : subsetMap(channelCount, operation.channels);
  switch (operation.name) {
    case "region-mean":
    case "region-mean-good": {
      const goodOnly = operation.name === "region-mean-good";
      const { map, channelCounts, leftOut } = regionMeanMap(channels, { goodOnly });
      const empty = (operation.regions ?? []).filter((_, i) => operation.channelCounts?.[i] === 0);
      expect(leftOut.map(({ acronym }) => acronym)).toEqual(empty);
      expect(map.columns).toEqual(operation.regions?.filter((name) => !empty.includes(name)));
      expect(channelCounts).toEqual(operation.channelCounts?.filter((count) => count > 0));
      return { map };
    }
    case "bipolar": {
      const map = bipolarMap(channels, { channels: operation.pairs?.map(([lower]) => lower) });
      expect(map.columns).toEqual(operation.pairs?.map(([lower, upper]) => `ch ${upper} - ch ${lower}`));
      return { map };
    }
    case "second-difference": {
      const map = secondDifferenceMap(channels, { channels: operation.triples?.map(([, centre]) => centre) });
      for (const [row, triple] of (operation.triples ?? []).entries())
        expect([...map.channels.subarray(3 * row, 3 * row + 3)]).toEqual(triple);
      return { map };
    }
    case "band-pass": {
      const sos = operation.sos ?? [];
      const designed = butterworth(3, { lowHz: 4, highHz: 80 }, 250);
      expect(largestDifference(designed.flat(), sos.flat())).toBeLessThan(1e-12);
      const filter = sosFilter(sos);
      expect(filter.padding).toBe(operation.padlen);
      return { channels: operation.channels, filter };
    }
    case "fir":
      return { channels: operation.channels, filter: firFilter(operation.taps ?? []) };
    case "re-reference": {
      const reference = [...(channels.labels ?? [])].flatMap((label, channel) => (label === 0 ? [channel] : []));
      expect(reference).toHaveLength(operation.referenceChannelCount ?? -1);
      return { map: composeMaps(picked ?? subsetMap(0, []), reReferenceMap(channelCount, { reference })) };
    }
    default:
      throw new Error(`an operation that this test does not know: ${operation.name}`);
  }
}

/** Expected values of the columns that we give: a region without channels is a column of zeros there, and left out here. */
function expectedOf(operation: Operation, path: string): readonly number[] {
  const { data, shape } = readNpy(path);
  const width = shape[1] ?? 0;
  return [...data].filter((_, i) => operation.channelCounts?.[i % width] !== 0);
}

describe.skipIf(!SHARED)("operations on factors against decode-then-operate in float64 (needs ../shared)", () => {
  const path = `${GOLDEN}/expected/linear-ops.json`;
  const document = existsSync(path) ? readExpected<LinearOps>(path) : { recording: "", files: [] };
  const cases = document.files.flatMap(({ file, operations }) =>
    operations.map((operation) => [file, operation.name, operation] as const),
  );

  /** Largest difference of the windows that both have, as a share of the operation's largest value. */
  async function shareOf(file: string, operation: Operation, pathOf: (npy: string) => string): Promise<number> {
    const archive = await openArchive(`${GOLDEN}/${file}`);
    const recording = await archive.openRecording(document.recording);
    const request = toRequest(operation, recording);
    let largest = 0;
    for (const { first, last, fromFloat64 } of operation.windows) {
      const expected = expectedOf(operation, pathOf(fromFloat64.npy));
      const { data } = await recording.read({ ...request, samples: [first, last] });
      largest = Math.max(largest, largestDifference(data, expected) / operation.largest);
    }
    await archive.close();
    return largest;
  }

  it.each(cases)("%s: %s", async (file, _, operation) => {
    const share = await shareOf(file, operation, (npy) => `${GOLDEN}/expected/${npy}`);
    // Format 1: half a float32 unit in the last place of the largest value, all that rounding the result once may change.
    // Format 2: the expected values start from factors put together in float32, here 4.7e-8 of the signal's peak off: more of a small result.
    const signalOverResult = 0.00083 / operation.largest;
    expect(share).toBeLessThanOrEqual(file.startsWith("format-1") ? 2 ** -24 : 1e-6 * Math.max(1, signalOverResult));
  });

  it.each(cases.filter(([file]) => file.startsWith("format-2")))(
    "%s: %s, factors in float64",
    async (file, name, operation) => {
      const share = await shareOf(file, operation, () => `${FIXTURES}/format-2-${name}.npy`);
      expect(share).toBeLessThanOrEqual(2 ** -24);
    },
  );
});
