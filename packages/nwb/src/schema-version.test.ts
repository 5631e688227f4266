import { isDataError } from "@crossprobe/core";
import { describe, expect, it } from "vitest";
import { array, group, MemoryHdf5File, type MemoryNode } from "../test/memory-file.js";
import { isEarlierThan2020, readSchemaVersion } from "./schema-version.js";

function fileOf(version: string | undefined, members: Record<string, MemoryNode> = {}): MemoryHdf5File {
  return new MemoryHdf5File(group(members, version === undefined ? {} : { nwb_version: version }));
}

describe("readSchemaVersion", () => {
  it.each([
    ["2.2.2", [2, 2, 2], false, false],
    ["2.0b", [2, 0, 0], true, true],
    ["NWB-2.0.2", [2, 0, 2], false, true],
    ["2.11.0", [2, 11, 0], false, false],
    ["2.2.2-alpha", [2, 2, 2], true, true],
    ["9.0.0", [9, 0, 0], false, false],
  ] as const)("reads %s", async (stated, [major, minor, patch], isPrerelease, isEarly) => {
    const version = await readSchemaVersion(fileOf(stated));
    expect(version).toMatchObject({ stated, major, minor, patch, isPrerelease });
    expect(isEarlierThan2020(version)).toBe(isEarly);
  });

  it("refuses NWB 1, whose version is a dataset", async () => {
    const file = fileOf(undefined, { nwb_version: array(["NWB-1.0.6"], {}, []) });
    await expect(readSchemaVersion(file)).rejects.toSatisfy((error) => isDataError(error, "unsupported"));
  });

  it("tells HDF5 that is not NWB from a damaged version", async () => {
    await expect(readSchemaVersion(fileOf(undefined))).rejects.toThrow("an HDF5 file but not NWB");
    await expect(readSchemaVersion(fileOf("new"))).rejects.toThrow('nwb_version is "new"');
  });

  it("names the namespaces that are cached, and which are extensions", async () => {
    const specifications = group({
      core: group({ "2.2.2": group() }),
      "ndx-aibs-ecephys": group({ "0.2.0": group() }),
    });
    const version = await readSchemaVersion(fileOf("2.2.2", { specifications }));
    expect(version.cached).toEqual([
      { name: "core", versions: ["2.2.2"] },
      { name: "ndx-aibs-ecephys", versions: ["0.2.0"] },
    ]);
    expect(version.extensions).toEqual(["ndx-aibs-ecephys"]);
  });
});
