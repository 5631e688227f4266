import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { expectFailure, removeFolders, run, runJson, temporaryFolder } from "./run.js";

afterAll(removeFolders);

const FOLDER = fileURLToPath(new URL("../fixtures/ibl-raw/", import.meta.url));
const LFP = "np1geom_g0_t0.imec0.lf";

interface Found {
  readonly kind: string;
  readonly format: string;
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  readonly problems: readonly string[];
}

async function inspect(path: string) {
  const { facts, ...found } = await runJson<Found>(["inspect", path]);
  return { ...found, ...Object.fromEntries(facts.map(({ name, value }) => [name, value])) };
}

/** Files of the LFP fixture, some under their own names in a folder. */
function folderOf(extensions: readonly string[]): string {
  const folder = temporaryFolder();
  for (const end of extensions) writeFileSync(join(folder, `${LFP}.${end}`), readFileSync(`${FOLDER}${LFP}.${end}`));
  return join(folder, LFP);
}

const DURATION = "0.01600000 s, 40 samples";
const { sha1_compressed: packed, sha1_uncompressed: flat } = JSON.parse(readFileSync(`${FOLDER}${LFP}.ch`, "utf8"));

describe("inspect of a raw recording", () => {
  it("says what a .meta says: probe, channels, rate, duration, gains, sites", async () => {
    // a 1.0 probe at ±0.6 V and 512 steps: 0.6 / 512 / 250 and / 125 V
    expect(await inspect(`${FOLDER}${LFP}.meta`)).toMatchObject({
      kind: "SpikeGLX metadata: LFP of a probe",
      format: "spikeglx",
      probe: "3B2, serial 18000000001",
      channels: "384, and 1 sync word",
      rate: "2500 Hz by the device's own clock",
      duration: DURATION,
      "one step": "9.375000 uV (77 channels), 4.687500 uV (307 channels)",
      sites: "20 to 3840 um along one shank (snsGeomMap)",
      problems: [],
    });
  });

  it("says shape, chunks and digests of a .cbin and of its .ch", async () => {
    const stated = { shape: "[40, 385]", duration: DURATION, "SHA-1 of .cbin": packed, "SHA-1 of .bin": flat };
    expect(await inspect(`${FOLDER}${LFP}.ch`)).toMatchObject(stated);
    expect(await inspect(`${FOLDER}${LFP}.cbin`)).toMatchObject({
      ...stated,
      compression: "3.62 times smaller than flat",
      "one step": expect.stringContaining("4.687500 uV"),
    });
    expect(await inspect(`${FOLDER}nidq_g0_t0.nidq.cbin`)).toMatchObject({
      kind: "compressed samples of SpikeGLX: the auxiliary board",
      chunks: "12, stored column by column",
      shape: "[1200, 3]",
    });
  });

  it("says the shape of a .bin from its .meta, and of a cut one what is left over", async () => {
    expect(await inspect(`${FOLDER}${LFP}.bin`)).toMatchObject({ shape: "[40, 385], int16", duration: DURATION });
    const base = folderOf(["meta"]);
    writeFileSync(`${base}.bin`, readFileSync(`${FOLDER}${LFP}.bin`).subarray(0, 770 * 3 + 5));
    expect(await inspect(`${base}.bin`)).toMatchObject({
      shape: "[3, 385], int16, and 5 bytes of a sample that is cut",
    });
  });

  it("says what is missing beside the samples, and whether they are whole", async () => {
    const alone = await inspect(`${folderOf(["cbin"])}.cbin`);
    expect(alone).toMatchObject({ kind: "compressed samples of SpikeGLX: LFP of a probe", size: "8505 bytes" });
    expect(alone.problems).toHaveLength(2);
    const base = folderOf(["ch", "meta"]);
    writeFileSync(`${base}.cbin`, readFileSync(`${FOLDER}${LFP}.cbin`).subarray(0, 8000));
    const { compression } = (await inspect(`${base}.cbin`)) as unknown as { compression: string };
    expect(compression).toContain("the .ch states 8505 bytes, the file has 8000: fetch it again");
  });

  it("fails on a .meta that is none, naming the line", async () => {
    const path = join(temporaryFolder(), `${LFP}.meta`);
    writeFileSync(path, "no line of SpikeGLX\n");
    expectFailure(await run(["inspect", path]), /imec0\.lf\.meta/);
  });

  it("counts the documents of a .jsonable", async () => {
    const path = join(temporaryFolder(), "_iblrig_taskData.raw.jsonable");
    writeFileSync(path, '{"a": 1}\n{"a": 2, "b": 3}\n');
    expect(await inspect(path)).toMatchObject({ entries: "2", keys: "a, b" });
  });
});
