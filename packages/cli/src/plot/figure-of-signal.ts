import { QueryError, UnsupportedError } from "@crossprobe/core";
import { composeMaps, currentSourceDensityMap, type LinearMap, sparseMap } from "@crossprobe/ibl-adapter/lfpack";
import type { Io } from "../io.js";
import type { LfpSignal } from "../lfp/lfp-signal.js";
import { readWithProgress } from "../lfp/read-with-progress.js";
import { invalidMask, SITES } from "../lfp/signal-text.js";
import { wrapText } from "../output/table.js";
import { readVersion } from "../version.js";
import type { ColourMapName } from "./colour-map.js";
import { Density } from "./density.js";
import { type DepthRows, depthRows, labelledStretches } from "./depth-rows.js";
import { type FigurePanel, type LfpFigure, numberText } from "./lfp-figure.js";

export interface FigureOptions {
  readonly width: number;
  readonly height: number;
  readonly gain: number;
  readonly colours: ColourMapName;
  readonly hasCsd: boolean;
}

/** Share of the values whose colour is not that of an end. */
const SHARE = 0.99;
/** Siemens a metre: a common value for cortex. */
const CONDUCTIVITY = 0.3;
const MICRO = 1e6;
/** A/m³ in µA/mm³. */
const PER_CUBIC_MM = 1e-3;

type Span = readonly [start: number, stop: number];

/** Reads a window of a signal and lays out its figure. */
export async function figureOf(
  signal: LfpSignal,
  samples: Span,
  options: FigureOptions,
  io: Io,
): Promise<{ readonly figure: LfpFigure; readonly invalid: number }> {
  if (samples[1] - samples[0] < 2) {
    throw new QueryError(`there is nothing to draw of ${signal.name}: the window holds less than two samples`, {
      hint: "widen --from and --to, or --samples",
    });
  }
  const depths = depthRows(signal.columns);
  const mean = rowMeans(signal.columns.length, depths);
  const reading = { signal, samples, io, mostSteps: 2 * options.width };
  const potential = await readDensity(reading, mean, depths.rows.length);
  const panels = [toPanel("LFP", potential.density, depths, { ...options, unit: "µV", perUnit: MICRO })];
  if (options.hasCsd) panels.push(await csdPanel(reading, depths, options));
  const { quality } = signal.clock;
  const clock = quality === "synced" ? "on the session clock" : "since the first sample: the clock is not synced";
  const figure = {
    ...{ width: options.width, height: options.height, colours: options.colours },
    title: signal.name,
    subtitle: `${signal.columns.length} channels (${SITES[signal.traits.spatial]}), ${Number(signal.clock.samplingRate.toFixed(3))} Hz, reference ${signal.traits.reference}`,
    time: potential.time,
    timeLabel: `time (s ${clock})`,
    depths,
    stretches: labelledStretches(depths, signal.columns),
    panels,
    hasNoData: options.hasCsd || potential.invalid > 0 || potential.hasGap,
    caption: captionOf(signal, options),
  };
  return { figure, invalid: potential.invalid };
}

function rowMeans(channelCount: number, { rows }: DepthRows): LinearMap {
  const columns = rows.map(({ depth, channels }) => ({
    name: String(depth),
    entries: channels.map((channel) => [channel, 1 / channels.length] as const),
  }));
  return sparseMap(channelCount, columns, "means by depth");
}

interface Reading {
  readonly signal: LfpSignal;
  readonly samples: Span;
  readonly io: Io;
  readonly mostSteps: number;
}

async function readDensity({ signal, samples, io, mostSteps }: Reading, map: LinearMap, rowCount: number) {
  const time = await timeSpan(signal, samples, io);
  const density = new Density(time, signal.clock.samplingRate, mostSteps, rowCount);
  const known = await signal.invalidSpans({ signal: io.signal });
  let invalid = 0;
  await readWithProgress(signal, { samples, map }, io, async (block) => {
    const mask = invalidMask([...known, ...(block.invalid ?? [])], block.samples);
    for (const isInvalid of mask) invalid += isInvalid;
    density.add(block, mask);
  });
  const expected = (time[1] - time[0]) * signal.clock.samplingRate;
  return { density, time, invalid, hasGap: expected > samples[1] - samples[0] + 1.5 };
}

/** Seconds from the first sample to the end of the last. */
async function timeSpan(signal: LfpSignal, [start, stop]: Span, { signal: abort }: Io): Promise<Span> {
  const map = sparseMap(signal.columns.length, [{ name: "ch 0", entries: [[0, 1]] }]);
  const timeOf = async (sample: number) => {
    for await (const { times } of signal.blocks({ samples: [sample, sample + 1], map }, { signal: abort }))
      return times[0] ?? Number.NaN;
    return Number.NaN;
  };
  return [await timeOf(start), (await timeOf(stop - 1)) + 1 / signal.clock.samplingRate];
}

interface PanelOptions extends Pick<FigureOptions, "gain"> {
  readonly unit: string;
  readonly perUnit: number;
}

function toPanel(title: string, density: Density, rows: DepthRows, { gain, unit, perUnit }: PanelOptions): FigurePanel {
  const limit = Number(((density.quantileOfSizes(SHARE) * perUnit) / gain).toPrecision(2));
  const limitText = `99th percentile${gain === 1 ? "" : ` / ${numberText(gain)}`}`;
  return { title, density, rows, limit, unit, limitText, perUnit };
}

async function csdPanel(reading: Reading, depths: DepthRows, options: FigureOptions): Promise<FigurePanel> {
  const { columns } = reading.signal;
  const [lateral, axial] = [
    columns.map((column) => column.lateralUm),
    columns.map((column) => column.distanceFromTipUm),
  ];
  if ([...lateral, ...axial].includes(null)) {
    throw new UnsupportedError(
      `the places of the channels of ${reading.signal.name} are not known: there is no CSD of it`,
      {
        hint: "draw it without --csd",
      },
    );
  }
  const place = (values: readonly (number | null)[]) => Float32Array.from(values, (value) => value ?? Number.NaN);
  const csd = currentSourceDensityMap(
    { lateralUm: place(lateral), axialUm: place(axial) },
    { conductivity: CONDUCTIVITY },
  );
  // The middle channel of each three is where the density is.
  const middles = csd.columns.map((name) => columns[Number(name.replace("ch ", ""))]);
  const rows = depthRows(middles.filter((column) => column !== undefined));
  const { density } = await readDensity(reading, composeMaps(rowMeans(middles.length, rows), csd), rows.rows.length);
  const title = `Current source density (sources red, sinks blue; ${CONDUCTIVITY} S/m, three sites of one column, not smoothed)`;
  return toPanel(
    options.colours === "diverging" ? title : title.replace("sources red, sinks blue", "sources light, sinks dark"),
    density,
    { ...rows, spacing: Math.max(rows.spacing, depths.spacing) },
    { gain: options.gain, unit: "µA/mm³", perUnit: PER_CUBIC_MM },
  );
}

function captionOf({ provenance, traits, caveats }: LfpSignal, { width, hasCsd }: FigureOptions): readonly string[] {
  const origins = provenance.map(({ url, path, conversion }) =>
    [
      `${url.slice(url.lastIndexOf("/") + 1)}${path ? ` ${path}` : ""}`,
      ...(conversion ? [`(${conversion})`] : []),
    ].join(" "),
  );
  const processing = [traits.lossyCodec ?? "", ...traits.denoising].filter((step) => step !== "").join(", ");
  const csd = hasCsd ? caveats.filter((caveat) => /current source density/.test(caveat)) : [];
  const lines = [
    `Source: ${origins.join("; ")}${processing === "" ? "" : `; ${processing}`}. Channels at one depth are averaged. Drawn by crossprobe ${readVersion()}.`,
    ...csd.map((caveat) => `Note: ${caveat}.`),
  ];
  return lines.flatMap((line) => wrapText(line, Math.floor((width - 28) / 4.9)).split("\n"));
}
