import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHub, type Hub, type ProbeRef, parseRef, ref } from "@crossprobe/core";
import { encodeNpy } from "@crossprobe/formats/npy";
import { type IblOptions, ibl } from "@crossprobe/ibl-adapter";
import { createStores, toFileUrl } from "@crossprobe/storage/node";
import { afterAll, describe, expect, it } from "vitest";
import { run } from "../cli/run.js";
import { samplesFolder } from "../rosetta/truth.js";
import { encode, rawFixture } from "./raw-files.js";
import { type Files, FOLDER, hubOf, PROBE_ID, SESSION_ID } from "./small-session.js";

const PROBE: ProbeRef = ref("ibl", "probe", PROBE_ID);
const NAME = "np1geom_g0_t0.imec0.lf";
const CLOCK = "_spikeglx_ephysData_g0_t0.imec0";
/** Volts of the first channel at samples 3 and 4, as `spikeglx.Reader` of ibl-neuropixel reads them. */
const EXTREMES = [0.3071906268596649, -0.30720001459121704];

/** The LFP fixture under the names of a session, in the folder of a probe. */
function rawFiles(folder = FOLDER, clockFolder = ""): Record<string, Uint8Array> {
  const base = `${folder}raw_ephys_data/probe00/`;
  const bands = ["cbin", "ch", "meta"].map((end) => [`${base}${CLOCK}.lf.${end}`, rawFixture(`${NAME}.${end}`)]);
  const clocks = ["sync", "timestamps"].map((kind) => [
    `${base}${clockFolder}${CLOCK}.${kind}.npy`,
    rawFixture(`${CLOCK}.${kind}.npy`),
  ]);
  return Object.fromEntries([...bands, ...clocks]);
}

/** Channels of the whole probe, as its sorting has them: places of the usual layout, in the cortex above row 100. */
function wholeProbe(): Files {
  const at = `${FOLDER}alf/probe00/pykilosort/channels.`;
  const places = Array.from({ length: 384 }, (_, i) => [[43, 11, 59, 27][i % 4] ?? 0, 20 * Math.floor(i / 2) + 20]);
  return {
    [`${at}localCoordinates.npy`]: { data: Float64Array.from(places.flat()), shape: [384, 2] },
    [`${at}mlapdv.npy`]: { data: Float64Array.from({ length: 1152 }, () => -1000), shape: [384, 3] },
    [`${at}brainLocationIds_ccf_2017.npy`]: {
      data: Int32Array.from({ length: 384 }, (_, i) => (i < 200 ? 382 : 385)),
      shape: [384],
    },
    [`${at}rawInd.npy`]: { data: Int32Array.from({ length: 384 }, (_, i) => i), shape: [384] },
  };
}

async function withHub<Result>(changes: Files, body: (hub: Hub) => Promise<Result>): Promise<Result> {
  const hub = hubOf(changes);
  try {
    return await body(hub);
  } finally {
    hub.dispose();
  }
}

describe("the LFP of a probe without an LFPack recording", () => {
  it("is the raw one: volts, regions by place, session clock, and what is not known of it", async () => {
    await withHub({ ...rawFiles(), ...wholeProbe() }, async (hub) => {
      const source = await hub.lfp(PROBE);
      const { data, times } = await source.read({ samples: [3, 5], channels: [0] });
      expect([...data.data]).toEqual(EXTREMES);
      expect(source.clock).toMatchObject({ kind: "piecewise", quality: "synced" });
      // the knots' first piece, as interp1d extrapolates it
      expect(times[0]).toBeCloseTo(0.01230560034045658 + 36 * 3.33332216804814e-5, 12);
      const regions = source.channels.map(({ region }) => region?.acronym);
      expect([regions[0], regions[199], regions[200], regions[383]]).toEqual(["CA1", "CA1", "VISp", "VISp"]);
      expect(source.channels).toEqual((await hub.channels(PROBE)).rows);
      expect(source.traits.caveats?.map(({ code }) => code)).toEqual([
        "raw-recording",
        "samples-staggered",
        "saturation-unknown",
      ]);
      expect(source.traits).toMatchObject({ lossyCodec: null, denoising: [] });
      expect(source.provenance[0]?.url).toMatch(/raw_ephys_data\/probe00\/.*\.lf\.cbin$/);
      expect(source.notices).toEqual([]);
      source.close();
      expect(await hub.probes(ref("ibl", "session", SESSION_ID))).toMatchObject([{ hasLfp: true }]);
      const { sources, answers } = await hub.describe("ibl");
      expect(answers.lfp).toBe(true);
      expect(sources.map(({ kind }) => kind)).toContain("raw LFP recordings of 1 probe, read for 1");
    });
  });

  it("finds clock files in the revision that is read, and says that one was assumed", async () => {
    const older = `${FOLDER}raw_ephys_data/probe00/#2020-01-01#/${CLOCK}.timestamps.npy`;
    const wrong = encodeNpy(Float64Array.of(0, 1000, 12000, 13000), [2, 2]);
    await withHub({ ...rawFiles(FOLDER, "#2024-05-06#/"), ...wholeProbe(), [older]: wrong }, async (hub) => {
      const source = await hub.lfp(PROBE);
      expect(source.clock.coverage.start).toBeCloseTo(0.01230560034045658, 12);
      expect(source.notices).toMatchObject([{ code: "revision-assumed", count: 2 }]);
      source.close();
    });
  });

  it("has the places of the .meta where the session has no channels, for the signal and the table alike", async () => {
    const hub = hubOf({}, ["memory://one/"], rawFiles());
    const { rows, provenance } = await hub.channels(PROBE);
    expect(rows).toHaveLength(384);
    expect(rows[383]).toMatchObject({ lateralUm: 27, distanceFromTipUm: 3840, regionAbsent: "notRegistered" });
    expect(provenance[0]?.url).toMatch(/\.lf\.meta$/);
    const source = await hub.lfp(PROBE);
    expect(source.channels).toEqual(rows);
    source.close();
    hub.dispose();
  });

  it("reads seconds of a recording without clock files not at all", async () => {
    const { [`${FOLDER}raw_ephys_data/probe00/${CLOCK}.sync.npy`]: _, ...rest } = rawFiles();
    const files = { ...rest, [`${FOLDER}raw_ephys_data/probe00/${CLOCK}.timestamps.npy`]: null };
    await withHub({ ...files, ...wholeProbe() }, async (hub) => {
      const source = await hub.lfp(PROBE);
      expect(source.clock.quality).toBe("unsynced");
      await expect(source.read({ time: { start: 0, stop: 0.01 } })).rejects.toMatchObject({ code: "query" });
      source.close();
    });
  });

  it.each([
    ["its .ch is missing", { [`${CLOCK}.lf.ch`]: null }, /without its \.ch: download it/],
    ["its .meta is missing", { [`${CLOCK}.lf.meta`]: null }, /without its \.meta: download it/],
    ["there are two runs", { "other_g0_t0.imec0.lf.bin": encode("") }, /2 runs of it/],
    ["there is none", { [`${CLOCK}.lf.cbin`]: null }, /lists no raw_ephys_data\/probe00\/\*\.lf\.cbin/],
  ])("is not found where %s", async (_case, changes, says) => {
    const at = `${FOLDER}raw_ephys_data/probe00/`;
    const files = Object.fromEntries(Object.entries(changes).map(([name, content]) => [at + name, content]));
    await withHub({ ...rawFiles(), ...wholeProbe(), ...files }, async (hub) => {
      await expect(hub.lfp(PROBE)).rejects.toMatchObject({ code: "not-found", message: expect.stringMatching(says) });
      const [probe] = await hub.probes(ref("ibl", "session", SESSION_ID));
      expect(probe?.hasLfp).not.toBe(true);
    });
  });
});

describe("a probe with both recordings", () => {
  const folder = mkdtempSync(join(tmpdir(), "crossprobe-raw-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const sample = "86837375-7ea9-5afd-ba45-aab8e32f369a";
  cpSync(join(samplesFolder, "ibl"), folder, { recursive: true });
  // Without datasets.pqt the folders say which files there are.
  rmSync(join(folder, "datasets.pqt"));
  const session = "examplelab/Subjects/XP_001/2026-01-15/001/";
  mkdirSync(join(folder, session, "raw_ephys_data/probe00"), { recursive: true });
  for (const [key, bytes] of Object.entries(rawFiles(session))) writeFileSync(join(folder, key), bytes);

  async function read(lfp: IblOptions["lfp"]) {
    const sources = [toFileUrl(`${folder}/`)];
    const hub = createHub({ stores: createStores(), adapters: [ibl({ sources, lfp })] });
    const source = await hub.lfp(ref("ibl", "probe", sample));
    const invalid = await source.invalidIntervals();
    const { lossyCodec, caveats = [] } = source.traits;
    const kinds = (await hub.describe("ibl")).sources.map(({ kind }) => kind);
    const ofSession = await hub.invalidIntervals(parseRef("ibl:session:e9930bb9-2950-34c9-847e-46a5d438b5c6") as never);
    source.close();
    hub.dispose();
    return { lossyCodec, invalid, kinds, ofSession, codes: caveats.map(({ code }) => code) };
  }

  it("gives the LFPack one unless the raw one is asked for, and the saturated spans of LFPack either way", async () => {
    const [packed, raw] = [await read(undefined), await read("raw")];
    expect(packed.lossyCodec).toMatch(/^lfpack/);
    expect(packed.kinds).toContain("raw LFP recordings of 1 probe, read for 0 (LFPack for the others)");
    expect(raw.lossyCodec).toBeNull();
    expect(raw.kinds).toContain("raw LFP recordings of 1 probe, read for 1");
    expect(raw.codes).toEqual(["raw-recording", "samples-staggered"]);
    const saturated = packed.ofSession.filter(({ probe }) => probe?.id === sample);
    expect(saturated.length).toBeGreaterThan(0);
    expect(raw.ofSession).toEqual(packed.ofSession);
    expect(raw.invalid).toEqual(saturated);
  });

  it("is read, drawn and described by the commands as any other", async () => {
    writeFileSync(join(folder, "crossprobe.config.json"), JSON.stringify({ ibl: ["."], iblLfp: "raw" }));
    const reference = `ibl:probe:${sample}`;
    const info = await run(["lfp", "info", reference], { cwd: folder });
    expect(info).toMatchObject({ code: 0, err: "" });
    expect(info.out).toMatch(/codec +lossless/);
    expect(info.out).toContain("caveat: the samples are as recorded");
    const out = join(folder, "window.csv");
    const window = ["lfp", "read", reference, "--samples", "3:5", "--channels", "0", "--out", out];
    expect(await run(window, { cwd: folder })).toMatchObject({ code: 0 });
    const plot = ["lfp", "plot", reference, "--samples", "0:40", "--out", join(folder, "window.svg")];
    expect(await run(plot, { cwd: folder })).toMatchObject({ code: 0 });
  });
});
