import { existsSync } from "node:fs";
import { isDataError, type NdArray } from "@crossprobe/core";
import {
  type AxisIndex,
  type LfpackReadRequest,
  type LfpackRecording,
  parseIndex,
} from "@crossprobe/ibl-adapter/lfpack";
import { describe, expect, it } from "vitest";
import { openArchive } from "./lfpack-checks.js";
import { readExpected, sha256 } from "./lfpack-expected.js";
import { SHARED } from "./shared.js";

const GOLDEN = `${SHARED ?? ""}/golden/lfpack`;

interface Answer {
  readonly shape?: readonly number[];
  readonly sha256?: string;
  readonly value?: number;
  readonly exception?: string;
}

interface Call {
  readonly call: string;
  readonly lfpack: Answer & { readonly pair?: readonly [Answer, null] };
  readonly numpy: Answer;
}

interface Reads {
  readonly tables: readonly {
    readonly file: string;
    readonly recording: string;
    readonly samples: number;
    readonly channels: number;
    readonly indexing: readonly Call[];
    readonly methods: readonly Call[];
  }[];
}

/** Where NumPy answers and we refuse: each of these adds an axis, which a signal of samples by channels has no use for. */
const REFUSED = ["sr[None]", "sr[0:10, None]", "sr[True]", "sr[False]"];

type Index = readonly [rows?: AxisIndex | undefined, columns?: AxisIndex | undefined];

/** The index of a call, NumPy's own values spelled out. */
function toIndex(call: string): Index {
  const mask = /np\.arange\((\d+)\) (% 4 == 0|< 10)/.exec(call);
  const text = call
    .slice(3, -1)
    .replace(/np\.arange\(.*$/, ":")
    .replace(/np\.array\((\[.*\])\)/, "$1")
    .replaceAll(/np\.int\d+\((\d+)\)/g, "$1")
    .replace("np.float64(2)", "2.0");
  const [rows, columns] = parseIndex(text);
  if (mask === null) return [rows, columns];
  const isWanted = (i: number) => (mask[2] === "< 10" ? i < 10 : i % 4 === 0);
  const wanted = Array.from({ length: Number(mask[1]) }, (_, i) => isWanted(i));
  return columns === undefined ? [wanted] : [rows, wanted];
}

async function answer(recording: LfpackRecording, call: string): Promise<NdArray<Float32Array> | undefined> {
  try {
    const [rows, columns] = toIndex(call);
    return await recording.at(rows, columns);
  } catch (error) {
    if (isDataError(error, "query")) return undefined;
    throw error;
  }
}

const sum = (size: number) => ({ bins: { size, combine: "sum" } }) as const;
const BORDER = { samples: [250, 262] } as const;

/** The methods of the reference as reads of ours; null where we refuse or the call has no like here, with the reason. */
const METHODS: Readonly<Record<string, LfpackReadRequest | { readonly refused: string }>> = {
  "sr.read()": {},
  "sr.read(slice(0, 10))": { samples: [0, 10] },
  "sr.read(slice(0, 10), sync=False)": { samples: [0, 10] },
  "sr.read(5)": { samples: [5, 6] },
  "sr.read(slice(0, 10), 3)": { samples: [0, 10], channels: [3] },
  "sr.read(slice(None))": {},
  "sr.read_samples()": {},
  "sr.read_samples(0, 10)": { samples: [0, 10] },
  "sr.read_samples(250, 262)": BORDER,
  "sr.read_samples(600)": { samples: [600, 645] },
  "sr.read_samples(0, 10, [1, 2])": { samples: [0, 10], channels: [1, 2] },
  "sr.read_samples(0, 10, channels=slice(2, 5))": { samples: [0, 10], channels: [2, 3, 4] },
  "sr.read_samples(10, 10)": { samples: [10, 10] },
  "sr.read_samples(256, 256)": { samples: [256, 256] },
  "sr.read_samples(-5, 5)": { samples: [-5, 5] },
  "sr.read_samples(20, 10)": { samples: [20, 10] },
  "sr.read_samples(250, 262, bin_channels=4)": { ...BORDER, ...sum(4) },
  "sr.read_samples(250, 262, bin_channels=5)": { ...BORDER, ...sum(5) },
  "sr.read_samples(250, 262, bin_channels=16)": { ...BORDER, ...sum(16) },
  "sr.read_samples(250, 262, bin_channels=17)": { ...BORDER, ...sum(17) },
  "sr.read_samples(250, 262, bin_channels=1)": { ...BORDER, ...sum(1) },
  "sr.read_samples(250, 262, bin_channels=0)": { ...BORDER, ...sum(0) },
  "sr.read_samples(250, 262, bin_channels=-1)": { ...BORDER, ...sum(-1) },
  // A number of 4.0 is the integer 4 here.
  "sr.read_samples(250, 262, bin_channels=4.0)": { refused: "no such type" },
  "sr.read_samples(250, 262, bin_channels=2.5)": { ...BORDER, ...sum(2.5) },
  "sr.read_samples(250, 262, bin_channels='4')": { refused: "does not compile" },
  "sr.read_samples(250, 262, [3], bin_channels=4)": { ...BORDER, ...sum(4), channels: [3] },
  "sr.read_samples(250, 262, [4], bin_channels=4)": { ...BORDER, ...sum(4), channels: [4] },
  "sr.read_samples(250, 262, -1, bin_channels=5)": { ...BORDER, ...sum(5), channels: [2] },
};

/** Where the reference answers and `read` refuses: ranges outside the recording or backward, and bins that are none. `at` takes ranges. */
const STRICT = [
  "sr.read_samples(-5, 5)",
  "sr.read_samples(20, 10)",
  "sr.read_samples(250, 262, bin_channels=17)",
  "sr.read_samples(250, 262, bin_channels=0)",
  "sr.read_samples(250, 262, bin_channels=-1)",
];

/** Where the reference fails and `read` answers: an empty range at the border of a chunk. */
const LENIENT = ["sr.read_samples(256, 256)"];

describe.skipIf(!SHARED)("indexing LFPack as NumPy does, or refusing (needs ../shared)", () => {
  const path = `${GOLDEN}/expected/reads.json`;
  const { tables } = existsSync(path) ? readExpected<Reads>(path) : { tables: [] };

  describe.each(tables)("$file", ({ file, recording: name, indexing, methods, samples, channels }) => {
    it.each(indexing)("$call", async ({ call, numpy }) => {
      const archive = await openArchive(`${GOLDEN}/${file}`);
      const recording = await archive.openRecording(name);
      expect([recording.sampleCount, recording.channelCount]).toEqual([samples, channels]);
      const found = await answer(recording, call);
      await archive.close();
      if (numpy.exception !== undefined || REFUSED.includes(call)) {
        expect(found).toBeUndefined();
        return;
      }
      expect(found?.shape).toEqual(numpy.value === undefined ? numpy.shape : []);
      const data = found?.data ?? new Float32Array(0);
      // Digests of format 2 belong to the processor that wrote them; its values are held to a tolerance elsewhere.
      if (file.startsWith("format-2")) expect(data.every((value) => Math.abs(value) < 1e-3)).toBe(true);
      else if (numpy.value !== undefined) expect([...data]).toEqual([numpy.value]);
      else expect(sha256(data)).toBe(numpy.sha256);
    });

    it.each(methods)("$call", async ({ call, lfpack }) => {
      const request = METHODS[call];
      expect(request, "every call of the table has its like here, or a reason").toBeDefined();
      if (request === undefined || "refused" in request) return;
      const archive = await openArchive(`${GOLDEN}/${file}`);
      const recording = await archive.openRecording(name);
      const reading = recording.read(request);
      if (STRICT.includes(call) || (lfpack.exception !== undefined && !LENIENT.includes(call))) {
        await expect(reading).rejects.toMatchObject({ code: "query" });
      } else {
        const { data, shape } = await reading;
        const expected = lfpack.pair?.[0] ?? lfpack;
        // A single number as the choice of channels drops the axis there.
        if (expected.shape?.length === 2) expect(shape).toEqual(expected.shape);
        if (file.startsWith("format-1") && expected.sha256 !== undefined) expect(sha256(data)).toBe(expected.sha256);
      }
      await archive.close();
    });

    it("gives rows and columns that the whole signal has there", async () => {
      const archive = await openArchive(`${GOLDEN}/${file}`);
      const recording = await archive.openRecording(name);
      const { data } = await recording.read();
      for (const { call, numpy } of indexing) {
        if (numpy.exception !== undefined || REFUSED.includes(call)) continue;
        const [rows, columns] = toIndex(call);
        const found = await recording.at(rows, columns);
        const picked = pick(rows, samples).flatMap((row) =>
          pick(columns, channels).map((column) => data[row * channels + column]),
        );
        expect([...found.data], call).toEqual(picked);
      }
      await archive.close();
    });
  });
});

/** Positions by another way than the reader's: filtering, counting and picking all positions of the axis. */
function pick(index: AxisIndex | undefined, length: number): readonly number[] {
  const all = Array.from({ length }, (_, i) => i);
  if (index === undefined) return all;
  if (typeof index === "number") return all.slice(index).slice(0, 1);
  if ("length" in index)
    return [...index].flatMap((value, i) =>
      value === true ? [i] : value === false ? [] : all.slice(value).slice(0, 1),
    );
  const { start, stop, step = 1 } = index;
  if (step > 0) return all.slice(start, stop).filter((_, i) => i % step === 0);
  const first = start === undefined ? length - 1 : Math.min(length - 1, start);
  return all
    .slice((stop ?? -1) + 1, first + 1)
    .reverse()
    .filter((_, i) => i % -step === 0);
}
