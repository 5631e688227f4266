import { resolve } from "node:path";
import type { QualityRule, Question } from "@crossprobe/core";
import { pictureOf } from "../output/picture-file.js";
import { checkWritable, writeFiles } from "../output/write-file.js";
import type { AnswerCoverage } from "./coverage.js";
import type { CatalogueContext } from "./open-catalogue.js";

export interface PlotOptions {
  /** Counts by region and dataset. */
  readonly plot?: string | undefined;
  /** Counts along one probe. */
  readonly plotDepth?: string | undefined;
}

/** Draws what is asked for of an answer. Resolves to the absolute paths of the pictures; all are written or none. */
export async function drawAnswer(
  { io, catalogue }: CatalogueContext,
  { question, rules, coverage }: { question: Question; rules: readonly QualityRule[]; coverage: AnswerCoverage },
  { plot, plotDepth }: PlotOptions,
): Promise<readonly string[]> {
  const [bars, depths] = [plot, plotDepth].map((path) => (path === undefined ? undefined : resolve(io.cwd, path)));
  const options = { signal: io.signal, rules };
  await checkWritable([bars, depths].filter((path) => path !== undefined));
  const pictures = new Map<string, Uint8Array | string>();
  if (bars !== undefined) {
    const { regionBarsOf } = await import("./plot-regions.js");
    const { drawRegionBars } = await import("../plot/region-bars.js");
    const svg = drawRegionBars(await regionBarsOf(catalogue, question, coverage, options));
    pictures.set(bars, await pictureOf(svg, bars));
  }
  if (depths !== undefined) {
    const { depthBarsOf } = await import("./plot-depth.js");
    const { drawDepthBars } = await import("../plot/depth-bars.js");
    const svg = drawDepthBars(await depthBarsOf(catalogue, question, coverage, options));
    pictures.set(depths, await pictureOf(svg, depths));
  }
  io.signal.throwIfAborted();
  await writeFiles(pictures);
  return [...pictures.keys()];
}
