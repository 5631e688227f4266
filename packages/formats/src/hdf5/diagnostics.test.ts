import { expect, it } from "vitest";
import { summarizeDiagnostics } from "./diagnostics.js";

it("gives what failed and the reason that lies deepest", () => {
  const lines = [
    "HDF5-DIAG: Error detected in HDF5 (2.0.0):",
    "  #000: /build/src/H5D.c line 1061 in H5Dread(): can't synchronously read data",
    "    major: Dataset",
    "    minor: Read failed",
    "  #001: /build/src/H5VLcallback.c line 1860 in H5VL_dataset_read_direct(): dataset read failed",
    "  #002: /build/src/H5Zdeflate.c line 150 in H5Z__filter_deflate(): inflate() failed",
  ];
  expect(summarizeDiagnostics(lines)).toBe("can't synchronously read data: inflate() failed");
  expect(summarizeDiagnostics(lines.slice(0, 4))).toBe("can't synchronously read data");
});

it("falls back on the first line there is", () => {
  expect(summarizeDiagnostics(["", "Aborted(native code called abort())"])).toBe("Aborted(native code called abort())");
  expect(summarizeDiagnostics([])).toBeUndefined();
});
