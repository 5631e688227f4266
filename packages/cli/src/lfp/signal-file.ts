import { type Column, table } from "@crossprobe/core";
import { encodeCsv } from "@crossprobe/formats/csv";
import { encodeNpyHeader } from "@crossprobe/formats/npy";
import { createParquetEncoder, type ParquetColumnType } from "@crossprobe/formats/parquet";
import { type Write, writeStreamed } from "../output/write-file.js";
import { outputFormat } from "../output/write-table.js";
import type { SignalBlock } from "./lfp-signal.js";

/** What is known of a signal file before its first sample. */
export interface SignalFileShape {
  /** Names of the columns, beside `time`. */
  readonly columns: readonly string[];
  readonly rowCount: number;
}

/** Values of a row group at most: each takes some 20 bytes while it is encoded. */
const GROUP_VALUES = 2 ** 20;

/** The files that a signal is written to: an array has its times beside it. */
export function signalPaths(path: string): readonly [string, ...string[]] {
  return outputFormat(path) === "npy" ? [path, path.replace(/\.npy$/i, ".times.npy")] : [path];
}

/**
 * Writes a signal block by block, by the extension of the path: npy (float32 `[samples, columns]`, and float64 times beside
 * it), CSV or Parquet (`time` and a column each). The files are in their places only when the body has resolved.
 *
 * NaN in a block is a value that is absent: NaN in npy, which has nothing else, null in Parquet, empty in CSV.
 */
export function writeSignal<Result>(
  path: string,
  shape: SignalFileShape,
  body: (add: (block: Pick<SignalBlock, "times" | "data">) => Promise<void>) => Promise<Result>,
): Promise<Result> {
  const paths = signalPaths(path);
  return writeStreamed(paths, async (write) => {
    const file = beginFile(path, shape, write);
    await file.begin?.();
    const result = await body((block) => file.add(block));
    await file.finish?.();
    return result;
  });
}

interface SignalFile {
  begin?(): Promise<void>;
  add(block: Pick<SignalBlock, "times" | "data">): Promise<void>;
  finish?(): Promise<void>;
}

function beginFile(path: string, shape: SignalFileShape, write: Write): SignalFile {
  const format = outputFormat(path);
  if (format === "csv") return csvFile(path, shape, write);
  return format === "parquet" ? parquetFile(path, shape, write) : npyFiles(path, shape, write);
}

function npyFiles(path: string, { columns, rowCount }: SignalFileShape, write: Write): SignalFile {
  const [, times = path] = signalPaths(path);
  return {
    begin: async () => {
      await write(path, encodeNpyHeader([rowCount, columns.length], "<f4"));
      await write(times, encodeNpyHeader([rowCount], "<f8"));
    },
    add: async (block) => {
      await write(path, littleEndian(block.data));
      await write(times, littleEndian(block.times));
    },
  };
}

function littleEndian(values: Float32Array | Float64Array): Uint8Array {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  if (new Uint8Array(new Uint16Array([1]).buffer)[0] === 1) return bytes;
  const swapped = Buffer.from(bytes);
  return values.BYTES_PER_ELEMENT === 4 ? swapped.swap32() : swapped.swap64();
}

function csvFile(path: string, { columns }: SignalFileShape, write: Write): SignalFile {
  return {
    begin: () => write(path, encodeCsv(table([["time", []], ...columns.map((name) => [name, []] as const)]))),
    add: async (block) => {
      for (const part of groups(block)) {
        const text = encodeCsv(table(columnsOf(columns, part)));
        // The titles stand at the beginning already.
        await write(path, text.slice(text.indexOf("\n") + 1));
      }
    },
  };
}

function parquetFile(path: string, { columns }: SignalFileShape, write: Write): SignalFile {
  const types: [string, ParquetColumnType][] = [
    ["time", "double"],
    ...columns.map((name): [string, "float"] => [name, "float"]),
  ];
  const encoder = createParquetEncoder(new Map(types));
  return {
    add: async (block) => {
      for (const part of groups(block)) await write(path, encoder.write(table(columnsOf(columns, part))));
    },
    finish: () => write(path, encoder.finish()),
  };
}

function columnsOf(names: readonly string[], { times, data }: Pick<SignalBlock, "times" | "data">) {
  const width = names.length;
  const column = (k: number): Column => {
    const values = Float32Array.from(times, (_, i) => data[i * width + k] ?? Number.NaN);
    return values.some(Number.isNaN) ? Array.from(values, (value) => (Number.isNaN(value) ? null : value)) : values;
  };
  return [["time", times] as const, ...names.map((name, k) => [name, column(k)] as const)];
}

function* groups({ times, data }: Pick<SignalBlock, "times" | "data">) {
  const width = times.length === 0 ? 0 : data.length / times.length;
  const rows = Math.max(1, Math.floor(GROUP_VALUES / Math.max(1, width)));
  for (let at = 0; at < times.length; at += rows) {
    const stop = Math.min(times.length, at + rows);
    yield { times: times.subarray(at, stop), data: data.subarray(at * width, stop * width) };
  }
}
