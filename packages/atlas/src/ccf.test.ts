import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { BREGMA_CCF, hemisphereOf, isInsideCcf, toBregma, toCcf } from "./ccf.js";

type Triple = [ml: number, ap: number, dv: number];
interface Golden {
  readonly bregma_in_ccf_um: { readonly bregma: Triple };
  readonly xyz_to_ccf: readonly {
    readonly mode: string;
    readonly xyz_m?: Triple[];
    readonly returns?: Triple[];
    readonly outside?: { readonly xyz_m: Triple; readonly returns?: Triple; readonly raises?: unknown }[];
  }[];
  readonly ccf_to_xyz: readonly { readonly ccf_um: Triple[]; readonly returns: Triple[] }[];
  readonly grid_25um_mock: { readonly indices_of_points: Triple[] };
}

const golden: Golden = JSON.parse(
  readFileSync(new URL("../../../test/fixtures/atlas/coordinates.json", import.meta.url), "utf8"),
);
const point = ([ml, ap, dv]: Triple) => ({ ml, ap, dv });

/** A billionth of a micrometre: iblatlas adds in another order. */
function expectClose(actual: { ml: number; ap: number; dv: number }, expected: Triple, tolerance = 1e-9): void {
  const { ml, ap, dv } = point(expected);
  expect(Math.abs(actual.ml - ml)).toBeLessThanOrEqual(tolerance);
  expect(Math.abs(actual.ap - ap)).toBeLessThanOrEqual(tolerance);
  expect(Math.abs(actual.dv - dv)).toBeLessThanOrEqual(tolerance);
}

const inside = golden.xyz_to_ccf.find((call) => call.xyz_m);

describe("against iblatlas", () => {
  it("puts bregma where it is", () => {
    expect(BREGMA_CCF).toEqual(point(golden.bregma_in_ccf_um.bregma));
    expect(toCcf({ ml: 0, ap: 0, dv: 0 })).toEqual({ ml: 5739, ap: 5400, dv: 332 });
  });

  it("converts points of the volume, and those outside it as mode wrap does", () => {
    const points = inside?.xyz_m ?? [];
    expect(points).toHaveLength(27);
    for (const [i, xyz] of points.entries()) expectClose(toCcf(point(xyz)), inside?.returns?.[i] ?? [NaN, NaN, NaN]);
    const wrapped = golden.xyz_to_ccf.find((call) => call.mode === "wrap")?.outside ?? [];
    expect(wrapped).toHaveLength(7);
    for (const { xyz_m, returns } of wrapped) expectClose(toCcf(point(xyz_m)), returns ?? [NaN, NaN, NaN]);
  });

  it("converts back to the same doubles", () => {
    for (const { ccf_um, returns } of golden.ccf_to_xyz) {
      for (const [i, um] of ccf_um.entries()) expectClose(toBregma(point(um)), returns[i] ?? [NaN, NaN, NaN], 1e-18);
    }
  });

  it("meets the 25 um voxel of each point", () => {
    for (const [i, xyz] of (inside?.xyz_m ?? []).entries()) {
      const { ml, ap, dv } = toCcf(point(xyz));
      expect([ml, ap, dv].map((um) => Math.round(um / 25))).toEqual(golden.grid_25um_mock.indices_of_points[i]);
    }
  });

  it("is inside where mode raise answers, and outside where it raises", () => {
    for (const xyz of inside?.xyz_m ?? []) expect(isInsideCcf(toCcf(point(xyz)))).toBe(true);
    const raised = golden.xyz_to_ccf.find((call) => call.mode === "raise" && call.outside)?.outside ?? [];
    expect(raised).toHaveLength(7);
    for (const { xyz_m } of raised) expect(isInsideCcf(toCcf(point(xyz_m)))).toBe(false);
  });
});

describe("the axes", () => {
  it("flip AP and DV, and keep ML", () => {
    const { ml, ap, dv } = toCcf({ ml: 0.001, ap: 0.002, dv: -0.003 });
    expect([ml, ap, dv]).toEqual([6739, 3400, 3332]);
  });

  it("invert each other", () => {
    const ccf = { ap: 8013.403, dv: 3400.91, ml: 3785.103 };
    const back = toCcf(toBregma(ccf));
    expectClose(back, [ccf.ml, ccf.ap, ccf.dv]);
  });
});

describe("hemisphereOf", () => {
  it("divides at 5739 um, which is neither side", () => {
    const side = (ml: number) => hemisphereOf({ ap: 0, dv: 0, ml });
    expect([side(5738.999), side(5739), side(5739.001), side(Number.NaN)]).toEqual(["left", null, "right", null]);
  });

  it("has ML right positive: a negative IBL x is the left side", () => {
    expect(hemisphereOf(toCcf({ ml: -0.002, ap: 0, dv: 0 }))).toBe("left");
  });
});

describe("isInsideCcf", () => {
  it("is half-open on each axis", () => {
    expect(isInsideCcf({ ap: 0, dv: 0, ml: 0 })).toBe(true);
    expect(isInsideCcf({ ap: 13_199.9, dv: 7_999.9, ml: 11_399.9 })).toBe(true);
    expect(isInsideCcf({ ap: 13_200, dv: 0, ml: 0 })).toBe(false);
    expect(isInsideCcf({ ap: 0, dv: 8_000, ml: 0 })).toBe(false);
    expect(isInsideCcf({ ap: 0, dv: 0, ml: 11_400 })).toBe(false);
    expect(isInsideCcf({ ap: 5400, dv: -1, ml: 5739 })).toBe(false);
    expect(isInsideCcf({ ap: Number.NaN, dv: 0, ml: 0 })).toBe(false);
  });
});
