import { type CallOptions, FormatError, isDataError } from "@crossprobe/core";
import { type Hdf5File, type Hdf5Type, openHdf5 } from "@crossprobe/formats/hdf5";
import { summarizeLfpack, toLfpack } from "@crossprobe/ibl-adapter/lfpack";
import { summarizeNwb } from "@crossprobe/nwb";
import { plural } from "../commands/listing.js";
import { errorLine } from "../output/errors.js";
import { formatNumber } from "../output/table.js";
import type { Finding, Specimen } from "./inspect-file.js";

/** NWB, LFPack, or whatever else is in an HDF5 file. */
export async function inspectHdf5({ store, key, url }: Specimen, options?: CallOptions): Promise<Finding> {
  const file = await openHdf5(store, key, { signal: options?.signal });
  if (file === undefined) throw new FormatError(`${url} vanished while it was read`, { format: "hdf5", url });
  try {
    const attributes = await file.attributes("/", options);
    const isNwb = attributes.has("nwb_version") || (await file.find("/nwb_version", options)) !== undefined;
    if (isNwb) return await inspectNwb(file, options);
    return (await inspectLfpack(file, options)) ?? (await inspectPlain(file, options));
  } finally {
    await file.close();
  }
}

async function inspectNwb(file: Hdf5File, options?: CallOptions): Promise<Finding> {
  const { nwb, version, extensions, tables, series, problems, notices } = await summarizeNwb(file, options);
  const { subject } = nwb;
  const facts = [
    { name: "NWB core", value: version.stated },
    ...extensions.map(({ name, isCached }) => ({
      name: "extension",
      value: isCached ? name : `${name} (schema not in the file)`,
    })),
    { name: "identifier", value: nwb.identifier },
    { name: "session", value: nwb.sessionDescription },
    { name: "start", value: nwb.sessionStartTime },
    {
      name: "subject",
      value: subject && [subject.subjectId, subject.species, subject.sex, subject.age].filter(Boolean).join(", "),
    },
  ];
  return {
    ...{ kind: "an NWB file (Neurodata Without Borders 2)", format: "nwb" },
    facts: facts.flatMap(({ name, value }) => (typeof value === "string" && value !== "" ? [{ name, value }] : [])),
    sections: [
      {
        ...{ title: plural(tables.length, "table"), columns: ["path", "type", "rows"] },
        rows: tables.map(({ path, neurodataType, rowCount }) => [path, neurodataType ?? "–", String(rowCount)]),
        notes: tables.map(({ columns }) => columns.map(({ name }) => name).join(", ")),
      },
      {
        ...{ title: `${series.length} series`, columns: ["path", "type", "shape", "rate Hz", "unit"] },
        rows: series.map(({ path, neurodataType, shape, rate, unit }) => [
          ...[path, neurodataType ?? "–", shape.join(" x ")],
          ...[rate === null ? "–" : typeof rate === "number" ? formatNumber(rate, 8) : rate, unit ?? "–"],
        ]),
      },
    ].filter(({ rows }) => rows.length > 0),
    problems: problems.map(({ path, error }) => `${path}: ${errorLine(error)}`),
    notices: notices.map(({ where, message, count }) => `${where}: ${message}${count > 1 ? ` (${count})` : ""}`),
  };
}

async function inspectLfpack(file: Hdf5File, options?: CallOptions): Promise<Finding | undefined> {
  try {
    const archive = await toLfpack(file, options);
    const scales = await summarizeLfpack(archive, options);
    return {
      ...{ kind: "an LFPack archive: compressed local field potentials", format: "lfpack", notices: [] },
      problems: scales.flatMap(({ recording, error }) =>
        error === null ? [] : [`${recording ?? "recording"}: ${error}`],
      ),
      facts: [{ name: "recordings", value: String(new Set(scales.map(({ recording }) => recording)).size) }],
      sections: [
        {
          title: "recordings",
          columns: ["recording", "scale", "format", "channels", "samples", "rate Hz", "clock", "saturated"],
          rows: scales.map((scale) => [
            ...[scale.recording ?? "(flat)", String(scale.scale), formatNumber(scale.formatVersion)],
            ...[formatNumber(scale.channelCount), formatNumber(scale.sampleCount), formatNumber(scale.samplingRate, 8)],
            ...[scale.clock?.quality ?? "–", formatNumber(scale.saturatedSpanCount)],
          ]),
        },
      ],
    };
  } catch (error) {
    if (isDataError(error, "format") || isDataError(error, "schema")) return undefined;
    throw error;
  }
}

async function inspectPlain(file: Hdf5File, options?: CallOptions): Promise<Finding> {
  const rows: string[][] = [];
  for (const { name, kind, target } of await file.list("/", options)) {
    const found = await file.find(`/${name}`, options);
    if (found === undefined) rows.push([name, `${kind} link to ${target ?? "nothing"}`, "–"]);
    else if (found.kind === "group")
      rows.push([name, "group", `${(await file.list(found.path, options)).length} members`]);
    else rows.push([name, typeText(found.type), found.shape === null ? "empty" : `[${found.shape.join(", ")}]`]);
  }
  return {
    ...{ kind: "an HDF5 file, neither NWB nor LFPack", format: "hdf5", facts: [], problems: [], notices: [] },
    sections: [{ title: "at the root", columns: ["name", "type", "holds"], rows }],
  };
}

function typeText({ kind, size }: Hdf5Type): string {
  return kind === "int" || kind === "uint" || kind === "float" ? `${kind}${8 * size}` : kind;
}
