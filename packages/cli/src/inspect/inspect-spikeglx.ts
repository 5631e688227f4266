import { type CallOptions, isDataError } from "@crossprobe/core";
import {
  type MtscompHeader,
  parseRawFileName,
  readGeometry,
  readMtscompHeader,
  readSpikeglxMeta,
  type SpikeglxMeta,
  voltsPerBit,
} from "@crossprobe/ibl-adapter/raw";
import { errorLine } from "../output/errors.js";
import { formatNumber } from "../output/table.js";
import type { Finding, Specimen } from "./inspect-file.js";

type Fact = Finding["facts"][number];

/** Which reader a file of a SpikeGLX recording is for; undefined for any other. */
export function spikeglxReaderOf(key: string): typeof inspectMeta | undefined {
  const kind = parseRawFileName(key)?.kind;
  if (kind === "meta" || key.endsWith(".meta")) return inspectMeta;
  if (kind === "ch") return inspectHeader;
  if (kind === "cbin" || kind === "bin") return inspectSamples;
  return undefined;
}

/** What SpikeGLX says of a recording: stream, probe, channels, rate, duration, gains, digest. */
async function inspectMeta({ store, key }: Specimen, options?: CallOptions): Promise<Finding> {
  const meta = await readSpikeglxMeta(store, key, options);
  const problems: string[] = [];
  const facts = [
    ...factsOfMeta(meta),
    ...attempt(() => [voltsFact(meta)], problems),
    ...attempt(() => sitesFacts(meta), problems),
  ];
  return { ...PLAIN, kind: `SpikeGLX metadata: ${BANDS[meta.band]}`, facts, problems };
}

/** What mtscomp says of a compressed recording: shape, rate, chunks, digests. */
async function inspectHeader({ store, key }: Specimen, options?: CallOptions): Promise<Finding> {
  const header = await readMtscompHeader(store, key, options);
  return { ...PLAIN, kind: "an mtscomp header: how the .cbin beside it is compressed", facts: factsOfHeader(header) };
}

/** Samples of SpikeGLX, flat or compressed, by what stands beside them. Reads no sample. */
async function inspectSamples({ store, key, size }: Specimen, options?: CallOptions): Promise<Finding> {
  const isPacked = key.endsWith(".cbin");
  const beside = (extension: string) => key.replace(/\.[^.]+$/, `.${extension}`);
  const problems: string[] = [];
  const meta = await optional(() => readSpikeglxMeta(store, beside("meta"), options), problems);
  const header = isPacked ? await optional(() => readMtscompHeader(store, beside("ch"), options), problems) : undefined;
  const facts: Fact[] = [];
  if (header !== undefined) facts.push(...factsOfHeader(header), ...sizeFacts(header, size));
  else if (meta !== undefined && !isPacked) facts.push(...flatFacts(meta, size));
  if (meta !== undefined) {
    const known = new Set(facts.map(({ name }) => name));
    facts.push(
      ...factsOfMeta(meta).filter(({ name }) => !known.has(name)),
      ...attempt(() => [voltsFact(meta)], problems),
    );
  }
  const band = parseRawFileName(key)?.band;
  const what = `${isPacked ? "compressed " : ""}samples of SpikeGLX${band ? `: ${BANDS[band]}` : ""}`;
  return { ...PLAIN, kind: what, facts, problems };
}

const PLAIN = { format: "spikeglx", sections: [], problems: [], notices: [] };
const BANDS = {
  ap: "action potentials of a probe",
  lf: "LFP of a probe",
  nidq: "the auxiliary board",
} as const;

function factsOfMeta(meta: SpikeglxMeta): readonly Fact[] {
  const { values, columnCount, syncCount, samplingRate, statedSamples, version, serial, band } = meta;
  const type = values.get("imDatPrb_type");
  const probe = version ?? (type === undefined ? "not stated" : `type ${type}, not known here`);
  const written = ["fileCreateTime", "appVersion", "fileSHA1"].map((name) => ({ name, value: values.get(name) }));
  return [
    ...(band === "nidq" ? [] : [{ name: "probe", value: serial === null ? probe : `${probe}, serial ${serial}` }]),
    {
      name: "channels",
      value: `${columnCount - syncCount}, and ${syncCount} sync ${syncCount === 1 ? "word" : "words"}`,
    },
    { name: "rate", value: `${formatNumber(samplingRate, 10)} Hz by the device's own clock` },
    ...(statedSamples === null ? [] : [durationFact(statedSamples, samplingRate)]),
    ...written.flatMap(({ name, value }) =>
      value === undefined || value === "" ? [] : [{ name: NAMES[name] ?? name, value: String(value) }],
    ),
  ];
}

const NAMES: Readonly<Record<string, string>> = {
  fileCreateTime: "recorded",
  appVersion: "SpikeGLX",
  fileSHA1: "SHA-1 of .bin",
};

function durationFact(samples: number, rate: number): Fact {
  return { name: "duration", value: `${formatNumber(samples / rate, 7)} s, ${samples} samples` };
}

/** Microvolts of one step, and how many channels have each. */
function voltsFact(meta: SpikeglxMeta): Fact {
  const counts = new Map<number, number>();
  for (const volts of voltsPerBit(meta)) counts.set(volts, (counts.get(volts) ?? 0) + 1);
  const texts = [...counts].map(([volts, count]) => `${formatNumber(1e6 * volts, 7)} uV (${count} channels)`);
  return { name: "one step", value: texts.join(", ") || "no channels" };
}

function sitesFacts(meta: SpikeglxMeta): readonly Fact[] {
  const geometry = readGeometry(meta);
  if (geometry === null) return [];
  const depths = geometry.sites.map(({ y }) => y);
  const shanks = new Set(geometry.sites.map(({ shank }) => shank)).size;
  const source = geometry.source === "default" ? "the usual layout: the file states none" : geometry.source;
  const range = `${formatNumber(Math.min(...depths))} to ${formatNumber(Math.max(...depths))} um along`;
  return [{ name: "sites", value: `${range} ${shanks === 1 ? "one shank" : `${shanks} shanks`} (${source})` }];
}

function factsOfHeader(header: MtscompHeader): readonly Fact[] {
  const { version, columnCount, samplingRate, bounds, order, sha1Compressed, sha1Uncompressed } = header;
  const samples = bounds.at(-1) ?? 0;
  const { hasTimeDifferences, hasSpatialDifferences } = header;
  const differences = [...(hasTimeDifferences ? ["time"] : []), ...(hasSpatialDifferences ? ["columns"] : [])];
  return [
    {
      name: "mtscomp",
      value: `${version}, int16, ${differences.length === 0 ? "no differences" : `differences over ${differences.join(" and ")}`}`,
    },
    { name: "shape", value: `[${samples}, ${columnCount}]` },
    durationFact(samples, samplingRate),
    {
      name: "chunks",
      value: `${bounds.length - 1}, stored ${order === "F" ? "column by column" : "sample by sample"}`,
    },
    { name: "SHA-1 of .cbin", value: sha1Compressed ?? "not stated" },
    { name: "SHA-1 of .bin", value: sha1Uncompressed ?? "not stated" },
  ];
}

function sizeFacts({ offsets, bounds, columnCount }: MtscompHeader, size: number): readonly Fact[] {
  const stated = offsets.at(-1) ?? 0;
  const flat = (bounds.at(-1) ?? 0) * columnCount * Int16Array.BYTES_PER_ELEMENT;
  const fits = stated === size ? "" : `; the .ch states ${stated} bytes, the file has ${size}: fetch it again`;
  return [
    { name: "compression", value: `${formatNumber(flat / Math.max(1, size), 3)} times smaller than flat${fits}` },
  ];
}

function flatFacts({ columnCount, samplingRate }: SpikeglxMeta, size: number): readonly Fact[] {
  const row = columnCount * Int16Array.BYTES_PER_ELEMENT;
  const samples = Math.floor(size / row);
  const rest = size % row === 0 ? "" : `, and ${size % row} bytes of a sample that is cut`;
  return [{ name: "shape", value: `[${samples}, ${columnCount}], int16${rest}` }, durationFact(samples, samplingRate)];
}

/** Facts that a file does not state in a way that we know are a problem of it, not of the inspection. */
function attempt(facts: () => readonly Fact[], problems: string[]): readonly Fact[] {
  try {
    return facts();
  } catch (error) {
    if (!isDataError(error)) throw error;
    problems.push(errorLine(error));
    return [];
  }
}

async function optional<Value>(read: () => Promise<Value>, problems: string[]): Promise<Value | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!isDataError(error, "not-found") && !isDataError(error, "schema") && !isDataError(error, "format")) throw error;
    problems.push(errorLine(error));
    return undefined;
  }
}
