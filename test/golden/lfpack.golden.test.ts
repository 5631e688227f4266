import { existsSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type EncoderLoss, evaluateField, measureLoss } from "./lfp-truth.js";
import { type Defects, differing, expectEntry, expectVerdict, openArchive } from "./lfpack-checks.js";
import { type ExpectedArchive, readExpected } from "./lfpack-expected.js";
import { SHARED } from "./shared.js";

const GOLDEN = `${SHARED ?? ""}/golden/lfpack`;

function expectedOf(folder: string): readonly string[] {
  const path = `${GOLDEN}/expected/${folder}`;
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((name) => name.endsWith(".json"))
    .map((name) => `${path}/${name}`);
}

async function expectArchive(path: string, kernels: "wasm" | "typescript"): Promise<void> {
  const folder = path.slice(0, path.lastIndexOf("/"));
  const expected = readExpected<ExpectedArchive>(path);
  const file = await openArchive(`${GOLDEN}/${expected.file}`, { kernels });
  expect(await file.recordings()).toEqual(expected.recordings);
  for (const [name, scales] of Object.entries(expected.scales).slice(0, 12))
    expect(await file.scales(name)).toEqual(scales);
  for (const entry of expected.entries) await expectEntry(file, entry, folder);
  await file.close();
}

describe.skipIf(!SHARED)("LFPack archives against lfpack 1.2.0 (needs ../shared beside the checkout)", () => {
  const archives = ["format-1", "format-2", "variants"].flatMap(expectedOf);

  it.each(archives)("%s", (path) => expectArchive(path, "wasm"));

  it("decodes format 1 to the same bits, but for single samples", () => {
    expect(differing.length).toBeLessThanOrEqual(2);
  });

  it.each(archives)("%s, with the TypeScript kernels", (path) => expectArchive(path, "typescript"));
});

interface Variants {
  readonly variants: Readonly<Record<string, { readonly base: string }>>;
}

describe.skipIf(!SHARED)("LFPack archives by other writers decode like their base (needs ../shared)", () => {
  const path = `${GOLDEN}/expected/variants.json`;
  const variants = existsSync(path) ? Object.entries(readExpected<Variants>(path).variants) : [];

  it.each(variants)("%s", async (variant, { base }) => {
    const [file, reference] = [await openArchive(`${GOLDEN}/${variant}`), await openArchive(`${GOLDEN}/${base}`)];
    const names = await reference.recordings();
    expect([...(await file.recordings())].sort()).toEqual(names);
    for (const name of names) {
      const [found, expected] = [await file.openRecording(name), await reference.openRecording(name)];
      expect((await found.read()).data).toEqual((await expected.read()).data);
      expect(found.times()).toEqual(expected.times());
      expect(found.channels).toEqual(expected.channels);
      expect(found.saturation).toEqual(expected.saturation);
      expect(found.meta.sglxMeta).toEqual(expected.meta.sglxMeta);
    }
    await Promise.all([file.close(), reference.close()]);
  });
});

/** Filters of which a refusal by name is as good as reading. */
const MAY_REFUSE = new Set(["malformed/format-1/filter-lzf.h5", "malformed/format-1/filter-scale-offset.h5"]);

describe.skipIf(!SHARED)("broken LFPack archives (needs ../shared)", () => {
  const path = `${GOLDEN}/malformed/malformed.json`;
  const document = existsSync(path) ? readExpected<Defects>(path) : { recording: "", sound: {}, defects: [] };

  it.each(document.defects.map((defect) => defect.file))("%s", async (file) => {
    await expectVerdict(GOLDEN, document, file, MAY_REFUSE.has(file) ? ["format"] : []);
  });
});

interface RosettaTruth {
  readonly pids: Readonly<Record<string, string>>;
  readonly sites: Readonly<Record<string, readonly { readonly inBrain: boolean }[]>>;
}

function readTruth(folder: string): RosettaTruth {
  return {
    ...readExpected<Pick<RosettaTruth, "pids">>(`${folder}/ibl-encoding.json`),
    sites: readExpected<{ probes: RosettaTruth["sites"] }>(`${folder}/channels.json`).probes,
  };
}

describe.skipIf(!SHARED)(
  "the ground-truth session decodes with the very error that its encoder measured (needs ../shared)",
  () => {
    const rosetta = `${SHARED ?? ""}/golden/rosetta`;

    it.each([
      ["ibl", "ibl-encoding", "A"],
      ["ibl", "ibl-encoding", "B"],
      ["lfpack-format1", "lfpack-format1", "A"],
      ["lfpack-format1", "lfpack-format1", "B"],
    ])("%s, as %s.json says, probe %s", async (folder, report, key) => {
      const { pids, sites } = readTruth(`${rosetta}/truth`);
      const stated = readExpected<{ lfp: Readonly<Record<string, EncoderLoss & { samples: number }>> }>(
        `${rosetta}/truth/${report}.json`,
      ).lfp[key];
      const file = await openArchive(`${rosetta}/${folder}/lf_compressed.h5`);
      const recording = await file.openRecording(pids[key]);
      const { data } = await recording.read();
      const inBrain = (sites[key] ?? []).map((site) => site.inBrain);
      const loss = measureLoss(
        data,
        evaluateField(`${rosetta}/truth`, key, recording.times()),
        recording.saturationMask(),
        inBrain,
      );
      expect(recording.sampleCount).toBe(stated?.samples);
      for (const [measure, value] of Object.entries(loss) as [keyof EncoderLoss, number][]) {
        expect(Math.abs(value / (stated?.[measure] ?? Number.NaN) - 1), measure).toBeLessThan(1e-4);
      }
      await file.close();
    });
  },
);
