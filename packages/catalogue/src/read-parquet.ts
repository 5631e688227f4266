import { ONTOLOGY } from "@crossprobe/atlas";
import { type ByteStore, type CallOptions, FormatError, NotFoundError, SchemaError } from "@crossprobe/core";
import { readParquetSchema } from "@crossprobe/formats/parquet";
import { z } from "zod";
import type { Catalogue } from "./catalogue.js";
import { type DatasetEntry, datasetEntrySchema } from "./dataset-entry.js";
import { ABOUT_KEY, CATALOGUE_VERSION, SHA256_KEY } from "./encode-parquet.js";

const aboutSchema = z.strictObject({
  version: z.literal(CATALOGUE_VERSION),
  ontology: z.strictObject({ name: z.string(), version: z.string(), sha256: z.string() }),
  datasets: z.array(datasetEntrySchema).readonly(),
});

/** What a catalogue file says of itself. */
export interface CatalogueAbout {
  readonly datasets: readonly DatasetEntry[];
  readonly ontology: typeof ONTOLOGY;
  /** Of every byte before the footer, as hexadecimal digits. */
  readonly sha256: string;
  readonly footerStart: number;
}

/**
 * Reads the footer of a catalogue file.
 *
 * @throws {@link FormatError} where it is no Parquet file; {@link SchemaError} where it is another one, or of another version
 */
export async function readAbout(store: ByteStore, key: string, options: CallOptions = {}): Promise<CatalogueAbout> {
  const url = store.url + key;
  const schema = await readParquetSchema(store, key, options);
  const tail = await store.read(key, { range: { suffix: 8 }, signal: options.signal });
  const size = await store.size(key, options);
  if (schema === undefined || tail === undefined || size === undefined) {
    throw new NotFoundError(`there is no catalogue at ${url}`, { hint: "make one: crossprobe catalogue build" });
  }
  const [about, sha256] = [schema.metadata.get(ABOUT_KEY), schema.metadata.get(SHA256_KEY)];
  if (about === undefined || sha256 === undefined) {
    throw new SchemaError(`${url} is a Parquet file, and no catalogue`, {
      url,
      hint: "make one: crossprobe catalogue build",
    });
  }
  const parsed = aboutSchema.safeParse(JSON.parse(about));
  if (!parsed.success) {
    const version = z.object({ version: z.number() }).safeParse(JSON.parse(about)).data?.version;
    throw new SchemaError(
      version === undefined || version === CATALOGUE_VERSION
        ? `${url} does not describe its catalogue as it should`
        : `${url} is a catalogue of version ${version}; this program reads version ${CATALOGUE_VERSION}`,
      { url, cause: parsed.error, hint: "build the catalogue again" },
    );
  }
  const { ontology, datasets } = parsed.data;
  if (ontology.sha256 !== ONTOLOGY.sha256) {
    throw new SchemaError(`${url} was built with another ontology (${ontology.name} ${ontology.version})`, {
      url,
      hint: "build the catalogue again: its rows stand in the order of its regions",
    });
  }
  const footerBytes = new DataView(tail.buffer, tail.byteOffset).getUint32(0, true);
  return { datasets, ontology, sha256, footerStart: size - 8 - footerBytes };
}

export async function readCatalogueParquet(
  store: ByteStore,
  key: string,
  _options: CallOptions = {},
): Promise<Catalogue> {
  throw new FormatError(`${store.url}${key} cannot be read without its columns file yet`, {
    format: "catalogue",
    url: store.url + key,
  });
}
