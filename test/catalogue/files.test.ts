import { spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildCatalogue, type Catalogue } from "@crossprobe/catalogue";
import { openCatalogue, type SavedCatalogue, saveCatalogue, verifyCatalogue } from "@crossprobe/catalogue/node";
import { ask, ROW_KINDS } from "@crossprobe/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drawQuestion } from "./drawn-question.js";
import { Draw, DrawnSource, drawAll } from "./drawn-source.js";
import { expectTrue, taken } from "./expect-true.js";

const folder = mkdtempSync(join(tmpdir(), "crossprobe-catalogue-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const DRAWN = drawAll(31);
let built: Catalogue;
let saved: SavedCatalogue;
beforeAll(async () => {
  built = await buildCatalogue(new DrawnSource(DRAWN));
  saved = await saveCatalogue(built, join(folder, "both.parquet"));
});

/** Everything that a catalogue says, by table. */
async function everything(catalogue: Catalogue) {
  const rows = await Promise.all(
    ROW_KINDS.map(async (kind) => taken((await catalogue.answer(ask(kind).policy("possible").question)).rows())),
  );
  return { datasets: catalogue.datasets(), rows };
}

function flipped(bytes: Buffer, at: number): Buffer {
  bytes[at] = (bytes[at] ?? 0) ^ 4;
  return bytes;
}

let copies = 0;
/** A copy of the two files, each as it is changed; none of one that becomes nothing. */
function copied(change: {
  parquet?: (bytes: Buffer) => Buffer;
  columns?: (bytes: Buffer) => Buffer | undefined;
}): string {
  const path = join(folder, `copy${copies++}.parquet`);
  const columns = (change.columns ?? ((bytes) => bytes))(readFileSync(saved.columnsPath));
  writeFileSync(path, (change.parquet ?? ((bytes) => bytes))(readFileSync(saved.path)));
  if (columns !== undefined) writeFileSync(`${path}.columns`, columns);
  return path;
}

const withoutColumns = () => copied({ columns: () => undefined });

describe.each([
  ["through its columns file", async () => openCatalogue(saved.path)],
  ["from the Parquet file alone", async () => openCatalogue(withoutColumns())],
])("a catalogue opened %s", (_, open) => {
  it("is the one that was saved", async () => {
    const catalogue = await open();
    expect(await everything(catalogue)).toEqual(await everything(built));
    for (const kind of ROW_KINDS) {
      for (const { plugin } of DRAWN) {
        const names = (from: Catalogue) => [...(from.partition(plugin.id, kind)?.names() ?? [])].sort();
        expect(names(catalogue), `${plugin.id} ${kind}`).toEqual(names(built));
      }
    }
  });

  it.each(ROW_KINDS)("answers questions about %s as the rows themselves do", async (kind) => {
    const draw = new Draw(8);
    for (let i = 0; i < 25; i++) await expectTrue(await open(), drawQuestion(draw, kind), DRAWN);
  });

  it("can be saved again, and is rebuilt to the byte without reading a table", async () => {
    const again = await saveCatalogue(await open(), join(folder, "again.parquet"));
    expect(await everything(await openCatalogue(again.path))).toEqual(await everything(built));
    const source = new DrawnSource(DRAWN);
    const rebuilt = await buildCatalogue(source, { previous: await open() });
    expect(source.tablesRead).toEqual([]);
    const third = await saveCatalogue(rebuilt, join(folder, "third.parquet"));
    expect(third.sha256).toBe(saved.sha256);
    expect(readFileSync(third.columnsPath).equals(readFileSync(saved.columnsPath))).toBe(true);
  });
});

it("a catalogue without rows, or without a single dataset's, keeps what it says of its datasets", async () => {
  const empty = DRAWN.map((dataset, i) => (i === 1 ? dataset : { ...dataset, sessions: [] }));
  for (const datasets of [empty, empty.slice(0, 1)]) {
    const made = await buildCatalogue(new DrawnSource(datasets));
    const { path, columnsPath } = await saveCatalogue(made, join(folder, "empty.parquet"));
    expect((await openCatalogue(path)).datasets()).toEqual(made.datasets());
    rmSync(columnsPath);
    const alone = await openCatalogue(path);
    expect(alone.datasets()).toEqual(made.datasets());
    expect((await alone.answer(ask("units").inRegion("CA1").question)).coverage).toEqual(
      (await made.answer(ask("units").inRegion("CA1").question)).coverage,
    );
  }
});

describe("damage", () => {
  it("of the columns file, or one of another catalogue, is passed over when it shows on opening", async () => {
    const expected = await everything(built);
    const other = await saveCatalogue(
      await buildCatalogue(new DrawnSource(drawAll(32))),
      join(folder, "other.parquet"),
    );
    for (const columns of [
      (bytes: Buffer) => flipped(bytes, 20),
      (bytes: Buffer) => bytes.subarray(0, bytes.length - 1),
      () => Buffer.alloc(0),
      () => Buffer.from("PAR1"),
      () => readFileSync(other.columnsPath),
    ])
      expect(await everything(await openCatalogue(copied({ columns })))).toEqual(expected);
  });

  it("of the columns is an error of the format when they are needed", async () => {
    const path = copied({
      columns: (bytes) => flipped(bytes, bytes.length >> 1),
    });
    await expect(everything(await openCatalogue(path))).rejects.toMatchObject({
      code: "format",
      hint: expect.any(String),
    });
  });

  it("of a byte before the footer is found by verifying, and never gives other rows without an error", async () => {
    const { footer } = { footer: readFileSync(saved.path).readUInt32LE(saved.bytes - 8) + 8 };
    const expected = JSON.stringify(await everything(built));
    for (let at = 4; at < saved.bytes - footer; at += Math.floor(saved.bytes / 40)) {
      const path = copied({
        columns: () => undefined,
        parquet: (bytes) => flipped(bytes, at),
      });
      await expect(verifyCatalogue(path), `byte ${at}`).rejects.toMatchObject({ code: "format" });
      const said = await openCatalogue(path)
        .then(everything)
        .then(JSON.stringify, (error) => error.code);
      expect(said === expected || said === "format", `byte ${at}: ${String(said).slice(0, 80)}`).toBe(true);
    }
    expect(await verifyCatalogue(saved.path)).toEqual({ sha256: saved.sha256, bytes: saved.bytes });
  }, 60_000);

  it("of the footer is one of our errors, or is noticed by nobody who is asked about rows", async () => {
    const footer = readFileSync(saved.path).readUInt32LE(saved.bytes - 8) + 8;
    const rows = JSON.stringify((await everything(built)).rows);
    for (let back = 1; back <= footer; back += 1 + Math.floor(footer / 60)) {
      const at = saved.bytes - back;
      const path = copied({
        columns: () => undefined,
        parquet: (bytes) => flipped(bytes, at),
      });
      const said = await openCatalogue(path)
        .then(everything)
        .then(
          (all) => JSON.stringify(all.rows),
          (error) => error.code ?? String(error),
        );
      expect(["format", "schema", rows].includes(said), `byte ${at} of ${saved.bytes}: ${said.slice(0, 200)}`).toBe(
        true,
      );
    }
  }, 60_000);

  it("of what the footer says of the datasets is found", async () => {
    const bound = Buffer.from('"adapterVersion":"');
    const at = readFileSync(saved.path).lastIndexOf(bound) + bound.length;
    const path = copied({ columns: () => undefined, parquet: (bytes) => flipped(bytes, at) });
    await expect(openCatalogue(path)).rejects.toThrow(/the checksum of what its footer says is another/);
  });

  it("by cutting is an error of the format", async () => {
    for (const length of [0, 3, 8, 100, saved.bytes >> 1, saved.bytes - 1]) {
      const path = copied({ columns: () => undefined, parquet: (bytes) => bytes.subarray(0, length) });
      await expect(openCatalogue(path), `${length} bytes`).rejects.toMatchObject({ code: "format" });
    }
  });

  it("is not what a missing file, or another Parquet file, is called", async () => {
    await expect(openCatalogue(join(folder, "none.parquet"))).rejects.toMatchObject({ code: "not-found" });
    await expect(openCatalogue(folder)).rejects.toMatchObject({ code: "not-found" });
  });
});

describe("saving", () => {
  it("that is given up leaves the old files, and nothing beside them", async () => {
    const path = join(folder, "kept.parquet");
    await saveCatalogue(built, path);
    const before = [path, `${path}.columns`].map((each) => readFileSync(each));
    const controller = new AbortController();
    const reason = new Error("enough");
    controller.abort(reason);
    const other = await buildCatalogue(new DrawnSource(drawAll(32)));
    await expect(saveCatalogue(other, path, { signal: controller.signal })).rejects.toBe(reason);
    expect([path, `${path}.columns`].map((each) => readFileSync(each))).toEqual(before);
    expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  it("into no folder is an error, and leaves nothing", async () => {
    await expect(saveCatalogue(built, join(folder, "none", "a.parquet"))).rejects.toThrow();
    expect(existsSync(join(folder, "none"))).toBe(false);
  });

  it("two at a time to one path leaves one of them, whole", async () => {
    const path = join(folder, "raced.parquet");
    const other = await buildCatalogue(new DrawnSource(drawAll(32)));
    await Promise.all([saveCatalogue(built, path), saveCatalogue(other, path), saveCatalogue(built, path)]);
    await expectOneOf(path, [built, other]);
    expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  it("by two processes to one path leaves one of them, whole", async () => {
    const path = join(folder, "shared.parquet");
    const other = await buildCatalogue(new DrawnSource(drawAll(32)));
    const sources = [saved.path, (await saveCatalogue(other, join(folder, "second.parquet"))).path];
    copyFileSync(saved.path, path);
    const codes = await Promise.all(sources.map((source) => saveOften(source, path, 8)));
    expect(codes).toEqual([0, 0]);
    await expectOneOf(path, [built, other]);
    expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
  });
});

async function expectOneOf(path: string, catalogues: readonly Catalogue[]): Promise<void> {
  await verifyCatalogue(path);
  const found = JSON.stringify(await everything(await openCatalogue(path)));
  const wanted = await Promise.all(catalogues.map(async (each) => JSON.stringify(await everything(each))));
  expect(wanted).toContain(found);
}

/** Saves a catalogue over and over in a process of its own, which runs from what is built. */
function saveOften(source: string, path: string, times: number): Promise<number | null> {
  const module = JSON.stringify(new URL("../../packages/catalogue/dist/node.js", import.meta.url).href);
  const script = `
    const { openCatalogue, saveCatalogue } = await import(${module});
    const catalogue = await openCatalogue(${JSON.stringify(source)});
    for (let i = 0; i < ${times}; i++) await saveCatalogue(catalogue, ${JSON.stringify(path)});`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], { stdio: "inherit" });
  return new Promise((resolve) => child.once("close", resolve));
}
