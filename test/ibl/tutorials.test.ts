import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Column, table } from "@crossprobe/core";
import { encodeNpy } from "@crossprobe/formats/npy";
import { encodeParquet } from "@crossprobe/formats/parquet";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COMMANDS } from "../../packages/cli/src/commands/catalogue.js";
import { type AlyxServer, startAlyxServer, TOKEN } from "../alyx-server/alyx-server.js";
import { readBlocks, runPage, typeErrors } from "./document-blocks.js";

/** The blocks of the page of the tutorials run, one after the other, and print what they say. */

const root = fileURLToPath(new URL("../..", import.meta.url));
const blocks = readBlocks(join(root, "packages/ibl-adapter/docs/tutorials.md"));

const floats = (...values: number[]): Uint8Array => encodeNpy(Float64Array.from(values), [values.length]);
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const parquet = (columns: Record<string, number[]>): Uint8Array =>
  encodeParquet(
    table(Object.entries(columns).map(([name, values]): [string, Column] => [name, Float64Array.from(values)])),
  );

/** Points of a pose of four frames: a nose, and a pupil of 20 pixels. */
function poseColumns(): Record<string, number[]> {
  const places = {
    nose_tip: [5, 6],
    pupil_top_r: [0, -10],
    pupil_bottom_r: [0, 10],
    pupil_left_r: [-10, 0],
    pupil_right_r: [10, 0],
  };
  return Object.fromEntries(
    Object.entries(places).flatMap(([name, [x = 0, y = 0]]) => [
      [`${name}_x`, [x, x, x, x]],
      [`${name}_y`, [y, y + 0.5, y, y + 0.5]],
      [`${name}_likelihood`, [1, 1, 1, 1]],
    ]),
  );
}

/** What the page calls `/data/ONE-raw/`: one session without index tables, a few small files of every kind that the tutorials name. */
async function writeRawFolder(folder: string): Promise<void> {
  const raw = (name: string): Promise<Uint8Array> => readFile(join(root, "test/fixtures/ibl-raw", name));
  const files: Record<string, Uint8Array> = {
    "alf/_ibl_leftCamera.times.npy": floats(0, 0.1, 0.2, 0.3),
    "alf/_ibl_leftCamera.dlc.pqt": parquet(poseColumns()),
    "alf/_ibl_leftCamera.lightningPose.pqt": parquet(poseColumns()),
    "alf/_ibl_leftCamera.features.pqt": parquet({
      pupilDiameter_raw: [20, 20, 20, 20],
      pupilDiameter_smooth: [20, 20, 20, 20],
    }),
    "alf/leftCamera.ROIMotionEnergy.npy": floats(1, 2, 3, 4),
    "alf/leftROIMotionEnergy.position.npy": floats(1, 2, 3, 4),
    "alf/licks.times.npy": floats(0.5, 1.5),
    "raw_video_data/_iblrig_leftCamera.raw.mp4": new Uint8Array(8),
    "raw_video_data/_iblrig_leftCamera.frameData.bin": new Uint8Array(
      new Float64Array([1, 2, 3, 0, 4, 5, 6, 0]).buffer,
    ),
    "raw_task_data_00/_iblrig_taskSettings.raw.json": text('{"PYBPOD_PROTOCOL": "passive"}'),
    "raw_task_data_00/_iblrig_stimPositionScreen.raw.csv": text("35,2026-01-15T12:00:00\n-35,2026-01-15T12:00:02\n"),
    "alf/task_00/_ibl_passivePeriods.intervalsTable.csv": text(",RFM\nstart,1\nstop,4.5\n"),
    "alf/task_00/_ibl_passiveGabor.table.csv": text("start,stop,position,contrast,phase\n5,5.3,35,0.5,1.2\n"),
    "alf/task_00/_ibl_passiveStims.table.csv": text("valveOn,valveOff\n5,5.1\n6,6.1\n"),
    "raw_ephys_data/_spikeglx_sync.times.npy": floats(1, 2),
    "raw_ephys_data/_spikeglx_sync.channels.npy": floats(3, 3),
    "raw_ephys_data/_spikeglx_sync.polarities.npy": floats(1, -1),
    "raw_ephys_data/probe00/_iblqc_ephysTimeRmsAP.rms.npy": floats(1e-5, 2e-5),
    "raw_ephys_data/probe00/_iblqc_ephysTimeRmsAP.timestamps.npy": floats(1, 2),
  };
  for (const part of ["lf.cbin", "lf.ch", "lf.meta"]) {
    files[`raw_ephys_data/probe00/_spikeglx_ephysData_g0_t0.imec0.${part}`] = await raw(`np1geom_g0_t0.imec0.${part}`);
  }
  for (const [name, bytes] of Object.entries(files)) {
    const file = join(folder, "XP_001/2026-01-15/001", name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes);
  }
}

describe("the page of the tutorials", () => {
  let folder = "";
  let server: AlyxServer | undefined;
  let printed: string[][] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "crossprobe-tutorials-"));
    await writeRawFolder(join(folder, "raw"));
    server = await startAlyxServer();
    printed = await runPage(blocks, {
      "/data/ONE/": join(root, "samples/ibl/"),
      "/data/ONE-raw/": join(folder, "raw/"),
      "https://openalyx.internationalbrainlab.org": server.url,
      "0123456789abcdef0123456789abcdef01234567": TOKEN,
    });
  });
  afterAll(async () => {
    await server?.close();
    await rm(folder, { recursive: true });
  });

  it("is sound TypeScript", () => {
    expect(typeErrors(blocks, join(root, "test/ibl"))).toEqual([]);
  });

  it.each(blocks.map(({ heading }, i) => ({ heading, i })))("prints what it says: $heading", ({ i }) => {
    expect(printed[i]).toEqual(blocks[i]?.printed);
  });
});

describe("the table of the tutorials", () => {
  const readme = readFileSync(join(root, "packages/ibl-adapter/README.md"), "utf8");
  const [, section = ""] = /^## The tutorials\n(.*?)^## /ms.exec(readme) ?? [];
  const rows = section.split("\n").filter((line) => line.startsWith("|") && !line.startsWith("| ---"));

  it("has no step without an answer", () => {
    expect(rows.length).toBeGreaterThan(35);
    for (const row of rows)
      expect(
        row
          .split(/(?<!\\)\|/)
          .at(-2)
          ?.trim(),
        row,
      ).not.toBe("");
  });

  it("links to headings of the page, and misses none of them", () => {
    const anchors = new Set(
      blocks.map(({ heading }) =>
        heading
          .toLowerCase()
          .replace(/[^\w -]/g, "")
          .replaceAll(" ", "-"),
      ),
    );
    expect(new Set([...section.matchAll(/docs\/tutorials\.md#([\w-]+)/g)].map(([, anchor]) => anchor))).toEqual(
      anchors,
    );
  });

  it("names commands that there are", () => {
    const names = COMMANDS.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining([...section.matchAll(/`crossprobe ([a-z]+)/g)].map(([, name]) => name)),
    );
  });
});
