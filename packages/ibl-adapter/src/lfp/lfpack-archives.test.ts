import { fileURLToPath } from "node:url";
import { isDataError } from "@crossprobe/core";
import { describe, expect, it } from "vitest";
import { type Defects, expectEntry, expectVerdict, openArchive } from "../../../../test/golden/lfpack-checks.js";
import { type ExpectedArchive, readExpected } from "../../../../test/golden/lfpack-expected.js";
import { summarizeLfpack } from "./summarize-lfpack.js";

const FIXTURES = fileURLToPath(new URL("../../../../test/fixtures/lfpack", import.meta.url));
const ARCHIVES = [
  "format-1/small",
  "format-1/legacy-flat",
  "format-2/small",
  "format-2/mixed-formats",
  "format-2/sync-knots",
  "format-2/upgraded-codec-dropout",
];

describe("LFPack archives answer as lfpack does", () => {
  it.each(ARCHIVES)("%s", async (name) => {
    const path = `${FIXTURES}/expected/${name}.json`;
    const expected = readExpected<ExpectedArchive>(path);
    const file = await openArchive(`${FIXTURES}/${expected.file}`);
    expect(await file.recordings()).toEqual(expected.recordings);
    for (const entry of expected.entries) await expectEntry(file, entry, path.slice(0, path.lastIndexOf("/")));
    await file.close();
  });
});

describe("broken LFPack archives", () => {
  const document = readExpected<Defects>(`${FIXTURES}/malformed/malformed.json`);

  it.each(document.defects.map((defect) => defect.file))("%s", async (file) => {
    await expectVerdict(FIXTURES, document, file);
  });

  it("names what is wrong, where, and what to do", async () => {
    const file = await openArchive(`${FIXTURES}/malformed/format-1/vh-shape-rows.h5`);
    const recording = await file.openRecording();
    const error: unknown = await recording.read({ samples: [300, 301] }).catch((reason: unknown) => reason);
    if (!isDataError(error, "format")) throw new Error("expected a format error");
    expect(error.message).toBe(
      `LFPack recording ${recording.name}, scale 0, chunk 1 (/${recording.name}/00/chunks/1 in ${file.url}): vh_shape has 2 rows, U_scaled has 3 columns`,
    );
    expect(error).toMatchObject({ format: "lfpack", url: file.url, at: `/${recording.name}/00/chunks/1` });
    expect(error.hint).toContain("fetch");
    // The chunks beside it are sound.
    expect((await recording.read({ samples: [0, 256] })).shape).toEqual([256, 8]);
    await file.close();
  });
});

describe("openLfpack", () => {
  it("says that there is no file, and that a file is no archive", async () => {
    await expect(openArchive(`${FIXTURES}/absent.h5`)).rejects.toMatchObject({ code: "not-found" });
    await expect(openArchive(`${FIXTURES}/README.md`)).rejects.toMatchObject({ code: "format" });
    const nwb = await openArchive(fileURLToPath(new URL("../nwb/pynwb-4.2/units.nwb", `file://${FIXTURES}/`)));
    await expect(nwb.recordings()).rejects.toThrow("no LFPack archive");
    await nwb.close();
  });

  it("asks for a name where there are several recordings, and lists them where one is wrong", async () => {
    const file = await openArchive(`${FIXTURES}/format-1/small.h5`);
    await expect(file.openRecording()).rejects.toMatchObject({
      code: "query",
      hint: expect.stringContaining("00368c14"),
    });
    await expect(file.openRecording("other")).rejects.toMatchObject({
      code: "not-found",
      hint: expect.stringContaining("00368c14"),
    });
    const [name] = await file.recordings();
    await expect(file.openRecording(name, { scale: 1 })).rejects.toMatchObject({ code: "not-found" });
    await file.close();
  });

  it("reads annotations of the flat layout, which the reference leaves out", async () => {
    const file = await openArchive(`${FIXTURES}/format-1/legacy-flat.h5`);
    const { channels, name } = await file.openRecording();
    expect(name).toBeNull();
    expect([channels.lateralUm.length, channels.axialUm.length, channels.acronym?.length]).toEqual([32, 32, 32]);
    expect([channels.acronym?.[0], channels.atlasId?.[0]]).toEqual(["LP", 218]);
    await file.close();
  });
});

describe("summarizeLfpack", () => {
  it("lists every recording from its header", async () => {
    const file = await openArchive(`${FIXTURES}/format-2/mixed-formats.h5`);
    const summaries = await summarizeLfpack(file);
    expect(summaries).toMatchObject([
      { scale: 0, error: null, formatVersion: 1, channelCount: 24, sampleCount: 700, samplingRate: 250 },
      { scale: 0, error: null, formatVersion: 2, clock: { kind: "affine", quality: "unsynced" } },
    ]);
    expect(summaries.map(({ recording }) => recording)).toEqual(await file.recordings());
    await file.close();
  });

  it("lists what does not open with its error", async () => {
    const file = await openArchive(`${FIXTURES}/malformed/format-2/fs-zero.h5`);
    expect(await summarizeLfpack(file)).toMatchObject([
      { error: expect.stringContaining("fs must be positive"), sampleCount: null },
    ]);
    await file.close();
  });
});
