import { type ByteStore, type CallOptions, FormatError, NotFoundError, type StoreResolver } from "@crossprobe/core";
import { parseAlfName } from "@crossprobe/ibl-adapter";
import { openFilePlace } from "../file-place.js";
import { inspectCsv, inspectJson, inspectJsonLines, inspectNpy, inspectParquet } from "./inspect-columns.js";
import { inspectFolder } from "./inspect-folder.js";
import { inspectHdf5 } from "./inspect-hdf5.js";
import { spikeglxReaderOf } from "./inspect-spikeglx.js";

/** A part of an inspection that is a table. */
export interface InspectionSection {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What is said below a row, in the order of the rows. */
  readonly notes?: readonly string[];
}

/** What a file turned out to be. */
export interface Inspection {
  readonly file: string;
  /** One line: what it is. */
  readonly kind: string;
  /** `nwb`, `lfpack`, `hdf5`, `npy`, `parquet`, `csv`, `json`, `spikeglx`, `folder`, `unknown`. */
  readonly format: string;
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  readonly sections: readonly InspectionSection[];
  /** What could not be read, though the rest could. */
  readonly problems: readonly string[];
  /** What was read and is odd: the place, and what was made of it. */
  readonly notices: readonly string[];
}

/** A file to be looked at: its store, its key, and how it begins. */
export interface Specimen {
  readonly store: ByteStore;
  readonly key: string;
  readonly url: string;
  readonly size: number;
  readonly head: Uint8Array;
}

export type Finding = Omit<Inspection, "file">;

const HEAD_BYTES = 4096;

/**
 * Looks at a file's first bytes, asks the reader of that format, and says what is inside. Reads headers, not data.
 *
 * @throws {@link NotFoundError} when there is no such file, {@link FormatError} when it is nothing that we know
 */
export async function inspectFile(url: string, stores: StoreResolver, options?: CallOptions): Promise<Inspection> {
  if (url.endsWith("/")) return { file: url, ...(await inspectFolder(stores.open(url), options)) };
  const specimen = await openSpecimen(url, stores, options);
  const alf = parseAlfName(specimen.key);
  const reader = readerOf(specimen);
  if (reader === undefined && alf === undefined) throw unknownContent(specimen);
  const finding = (await reader?.(specimen, options)) ?? unreadContent(specimen);
  const alfFacts = alf === undefined ? [] : [{ name: "ALF name", value: describeAlf(alf) }];
  return {
    file: url,
    ...finding,
    facts: [...alfFacts, { name: "size", value: `${specimen.size} bytes` }, ...finding.facts],
  };
}

async function openSpecimen(url: string, stores: StoreResolver, options?: CallOptions): Promise<Specimen> {
  const { store, key } = openFilePlace(url, stores);
  const size = await store.size(key, options);
  const head = await store.read(key, { ...options, range: { offset: 0, length: HEAD_BYTES } });
  if (size === undefined || head === undefined)
    throw new NotFoundError(`no file at ${url}`, { hint: "check the path" });
  return { store, key, url, size, head };
}

type Reader = (specimen: Specimen, options?: CallOptions) => Promise<Finding>;

/** Which reader a file is for: by its first bytes, else by its extension. */
function readerOf({ head, key }: Specimen): Reader | undefined {
  const startsWith = (text: string, at = 0) => [...text].every((letter, i) => head[at + i] === letter.charCodeAt(0));
  if (startsWith("HDF\r\n\u001a\n", 1) && head[0] === 0x89) return inspectHdf5;
  if (startsWith("PAR1")) return inspectParquet;
  if (head[0] === 0x93 && startsWith("NUMPY", 1)) return inspectNpy;
  if (/\.(nwb|h5|hdf5)$/i.test(key)) return inspectHdf5;
  if (/\.npy$/i.test(key)) return inspectNpy;
  if (/\.(pqt|parquet)$/i.test(key)) return inspectParquet;
  if (/\.(csv|tsv|ssv|htsv)$/i.test(key)) return inspectCsv;
  if (/\.json$/i.test(key)) return inspectJson;
  if (/\.jsonable$/i.test(key)) return inspectJsonLines;
  return spikeglxReaderOf(key);
}

/** A file whose name alone says what it is, such as a video or a raw recording. */
function unreadContent(specimen: Specimen): Finding {
  const facts = [{ name: "content", value: `not read here (${beginning(specimen)})` }];
  return {
    kind: "a file that only its ALF name describes",
    format: "unknown",
    facts,
    sections: [],
    problems: [],
    notices: [],
  };
}

function unknownContent(specimen: Specimen): FormatError {
  return new FormatError(`${specimen.url} is nothing that crossprobe reads (${beginning(specimen)})`, {
    ...{ format: "unknown", url: specimen.url, at: 0 },
    hint: "known: NWB and other HDF5, LFPack, npy, Parquet, CSV/TSV, JSON, SpikeGLX and mtscomp, ONE and Allen cache folders",
  });
}

function beginning({ head, size }: Specimen): string {
  if (size === 0) return "it is empty";
  return `it begins with ${[...head.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ")}`;
}

function describeAlf(alf: NonNullable<ReturnType<typeof parseAlfName>>): string {
  const parts = [`object ${alf.object}`, `attribute ${alf.attribute}`];
  if (alf.namespace !== null) parts.unshift(`namespace ${alf.namespace}`);
  if (alf.timescale !== null) parts.push(`timescale ${alf.timescale}`);
  if (alf.extra !== null) parts.push(`extra ${alf.extra}`);
  return parts.join(", ");
}
