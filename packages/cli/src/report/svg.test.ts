import { describe, expect, it } from "vitest";
import { rateFigure } from "./figures.js";
import {
  areaOf,
  decadesOf,
  escapeXml,
  linearScale,
  logDomain,
  logScale,
  logTicksOf,
  pathOf,
  ticksOf,
  tickText,
} from "./svg.js";

describe("scales", () => {
  it("map ends to ends, linearly and by the logarithm", () => {
    const linear = linearScale([0, 10], [100, 0]);
    expect([linear(0), linear(5), linear(10)]).toEqual([100, 50, 0]);
    const log = logScale([0.1, 10], [0, 200]);
    expect([log(0.1), log(1), log(10)].map((x) => Math.round(x))).toEqual([0, 100, 200]);
    expect(log(0)).toBe(log(0.1));
  });

  it("do not divide by nothing", () => expect(linearScale([3, 3], [0, 9])(3)).toBe(0));
});

describe("ticks", () => {
  it("are round numbers inside the span", () => {
    expect(ticksOf([0, 13.2], 4)).toEqual([0, 5, 10]);
    expect(ticksOf([-0.5, 1], 4)).toEqual([-0.5, 0, 0.5, 1]);
    expect(ticksOf([2, 2], 4)).toEqual([2]);
  });

  it("of a logarithmic axis are decades, or 1, 2 and 5", () => {
    expect(decadesOf([0.01, 100])).toEqual([0.01, 0.1, 1, 10, 100]);
    expect(logTicksOf([1, 10])).toEqual([1, 2, 5, 10]);
  });

  it("have a domain that holds every positive value", () => {
    expect(logDomain([0, 0.6, 9])).toEqual([0.1, 10]);
    expect(logDomain([10])).toEqual([10, 100]);
    expect(logDomain([0])).toEqual([0.1, 10]);
  });

  it("are written short, with a real minus", () => {
    expect([tickText(-0.5), tickText(0), tickText(1000), tickText(1e6), tickText(1e-4)]).toEqual([
      "−0.5",
      "0",
      "1000",
      "10⁶",
      "10⁻⁴",
    ]);
  });
});

describe("the figure of rates", () => {
  const row = (values: readonly number[], q1: number, median: number) => {
    const quartiles = { q1, median, q3: 4 };
    return rateFigure([{ region: "CA1", dataset: "a", values, quartiles }], ["a"]);
  };

  it("counts units at zero beside the axis and draws none on it", () => {
    const figure = row([0, 0, 2, 8], 0, 1);
    expect(figure.match(/<circle/g)).toHaveLength(2);
    expect(figure).toContain(">2 at 0<");
    expect(row([1, 2, 8], 1.5, 2)).not.toContain("at 0<");
  });

  it("begins a box left of the axis only at zero", () => {
    const left = (figure: string) => Number(/<rect x="([\d.]+)"/.exec(figure)?.[1]);
    expect([left(row([0, 1, 8], 0, 1)), left(row([0, 1, 8], 1, 2))]).toEqual([127, 132]);
  });

  it("has no median bar at zero", () => {
    const bars = (figure: string) => figure.match(/stroke-width="2.4"/g) ?? [];
    expect([bars(row([0, 0, 0, 8], 0, 0)), bars(row([1, 2, 8], 1.5, 2)).length]).toEqual([[], 1]);
  });
});

describe("paths", () => {
  it("break where a value is missing", () => expect(pathOf([0, 1, 2, 3], [1, null, 3, 4])).toBe("M0 1M2 3L3 4"));
  it("close an area, or draw none without every bound", () => {
    expect(areaOf([0, 1], [1, 1], [2, 3])).toBe("M0 2L1 3L1 1L0 1Z");
    expect(areaOf([0, 1], [1, null], [2, 3])).toBe("");
  });
});

it("text cannot leave its element", () => expect(escapeXml(`<a b="c">&`)).toBe("&lt;a b=&quot;c&quot;&gt;&amp;"));
