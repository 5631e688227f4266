import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { amplitudeCutoff } from "./amplitude-cutoff.js";
import { EXACT_DUPLICATES, hillContamination } from "./contamination.js";
import { measureUnit } from "./measure-unit.js";
import type { UnitRecipe } from "./recipe-names.js";

/** Answers of brainbox, and an independent derivation with numpy and scipy: test/fixtures/metrics/README.md. */
const fixture = (name: string) => new URL(`../../../../test/fixtures/metrics/${name}`, import.meta.url);
const floats = (name: string) => new Float64Array(new Uint8Array(readFileSync(fixture(name))).buffer);

interface Expected {
  readonly span: readonly [number, number];
  readonly units: readonly { readonly name: string; readonly spikes: number }[];
  readonly brainbox: Readonly<Record<string, readonly (number | null)[]>>;
  readonly allen: Readonly<Record<string, readonly (number | null)[]>>;
  readonly amplitudes: Readonly<Record<string, { readonly volts: number[]; readonly amplitude_cutoff: number }>>;
  readonly duplicated: { readonly times: number[]; readonly span: [number, number]; readonly isi_violations: number };
}

const expected = JSON.parse(readFileSync(fixture("expected.json"), "utf8")) as Expected;
const [times, amplitudes] = [floats("spikes.times.f64"), floats("spikes.amps.f64")];
const span = { first: expected.span[0], last: expected.span[1] };
let before = 0;
const units = expected.units.map(({ spikes }) => {
  const [start, stop] = [before, before + spikes];
  before = stop;
  return { times: times.slice(start, stop), amplitudes: amplitudes.slice(start, stop), span };
});

const BRAINBOX: Readonly<Record<string, UnitRecipe>> = {
  amp_max: "amplitude-maximum",
  amp_min: "amplitude-minimum",
  amp_median: "amplitude-geometric-median",
  amp_std_dB: "amplitude-deviation-decibels",
  contamination: "contamination-hill-without-duplicates",
  contamination_alt: "contamination-quadratic",
  missed_spikes_est: "missed-spikes-estimate",
  noise_cutoff: "noise-cutoff-99-bins",
  presence_ratio: "presence-in-10s-windows",
  presence_ratio_std: "presence-in-10s-windows-deviation",
  slidingRP_viol: "sliding-refractory-passes",
  spike_count: "spike-count",
  slidingRP_viol_forced: "sliding-refractory-passes-forced",
  max_confidence: "sliding-refractory-confidence",
  min_contamination: "sliding-refractory-contamination",
  n_spikes_below2: "sliding-refractory-pairs",
  firing_rate: "firing-rate-over-probe-span",
};
const ALLEN: Readonly<Record<string, UnitRecipe>> = {
  presence_ratio: "presence-in-99-bins",
  isi_violations: "contamination-hill",
  amplitude_cutoff: "amplitude-cutoff-500-bins",
};

function expectNear(found: number | null, wanted: number | null, what: string): void {
  if (wanted === null || found === null) expect(found, what).toBe(wanted);
  else
    expect(Math.abs(found - wanted) / Math.max(1, Math.abs(wanted)), `${what}: ${found}, not ${wanted}`).toBeLessThan(
      1e-9,
    );
}

describe.each([
  ["brainbox", expected.brainbox, BRAINBOX],
  ["numpy and scipy", expected.allen, ALLEN],
] as const)("metrics as %s give them", (_, answers, recipes) => {
  it("cover every answer", () => expect(Object.keys(recipes).sort()).toEqual(Object.keys(answers).sort()));

  it.each(Object.entries(recipes))("%s by %s", (name, recipe) => {
    units.forEach((unit, i) => {
      expectNear(measureUnit(unit)(recipe).value, answers[name]?.[i] ?? null, expected.units[i]?.name ?? "");
    });
  });
});

describe("amplitude cut-off", () => {
  it.each(Object.entries(expected.amplitudes))("of %s", (name, { volts, amplitude_cutoff }) => {
    expectNear(amplitudeCutoff(Float64Array.from(volts)), amplitude_cutoff, name);
  });
});

describe("contamination", () => {
  it("takes spikes out that stand at the very time of another", () => {
    const { times: doubled, span: own, isi_violations } = expected.duplicated;
    expectNear(hillContamination(Float64Array.from(doubled), own[1] - own[0], EXACT_DUPLICATES), isi_violations, "");
  });
});

describe("a metric without a value", () => {
  const train = Float64Array.from({ length: 600 }, (_, i) => i / 2);
  const volts = train.map((_, i) => 5e-5 + (i % 50) * 1e-6);
  const whole = { times: train, amplitudes: volts, span: { first: 0, last: 300 } };
  const absent = (unit: Partial<typeof whole> | { amplitudes: null } | { span: null }, recipe: UnitRecipe) =>
    measureUnit({ ...whole, ...unit })(recipe).absent;

  it("says why", () => {
    expect(absent({ times: new Float64Array(), amplitudes: new Float64Array() }, "contamination-hill")).toBe(
      "no-spikes",
    );
    expect(absent({ amplitudes: null }, "noise-cutoff-99-bins")).toBe("no-amplitudes");
    expect(absent({ amplitudes: volts.slice(1) }, "noise-cutoff-99-bins")).toBe("amplitudes-incomplete");
    expect(absent({ amplitudes: volts.with(3, Number.NaN) }, "amplitude-cutoff-500-bins")).toBe(
      "amplitudes-incomplete",
    );
    expect(absent({ span: null }, "presence-in-99-bins")).toBe("no-span");
    expect(absent({ span: { first: 1, last: 1 } }, "firing-rate-over-probe-span")).toBe("no-span");
    expect(absent({ times: train.slice(0, 500), amplitudes: volts.slice(0, 500) }, "missed-spikes-estimate")).toBe(
      "not-defined",
    );
  });

  it("is absent of that one only: a rate needs no amplitudes, a silent unit has a rate of zero", () => {
    expect(absent({ amplitudes: null }, "presence-in-10s-windows")).toBeNull();
    const silent = { ...whole, times: new Float64Array(), amplitudes: new Float64Array() };
    expect(measureUnit(silent)("firing-rate-over-probe-span").value).toBe(0);
    expect(measureUnit(silent)("presence-in-99-bins").value).toBe(0);
  });

  it("survives a train of two million spikes", () => {
    const many = Float64Array.from({ length: 2_000_000 }, (_, i) => i * 0.0021);
    const sizes = many.map((_, i) => 5e-5 + (i % 997) * 1e-7);
    const measure = measureUnit({ times: many, amplitudes: sizes, span: { first: 0, last: 4200 } });
    expect(measure("missed-spikes-estimate").value).not.toBeNull();
    expect(measure("noise-cutoff-99-bins").value).not.toBeNull();
  });
});
