import { ONTOLOGY } from "@crossprobe/atlas";
import { type CallOptions, ROW_KINDS } from "@crossprobe/core";
import { crc32 } from "@crossprobe/formats/crc32";
import { createTypedParquetWriter } from "@crossprobe/formats/parquet";
import type { Catalogue } from "./catalogue.js";
import { parquetColumns, parquetSchema } from "./parquet-columns.js";

/** Version of what the file holds and how; another one is refused. */
export const CATALOGUE_VERSION = 1;
/** Texts in the footer: JSON about the whole with its CRC-32, and the SHA-256 of every byte before the footer. */
export const ABOUT_KEY = "crossprobe.catalogue";
export const ABOUT_CHECKSUM_KEY = "crossprobe.catalogue.crc32";
export const SHA256_KEY = "crossprobe.sha256";

/** Rows of a group: readers pass over those that lie in other regions. */
const GROUP_ROWS = 32_768;

/** A SHA-256 in the making, such as `createHash("sha256")` of `node:crypto`. */
export interface Sha256 {
  update(bytes: Uint8Array): unknown;
  digest(encoding: "hex"): string;
}

/**
 * A catalogue as one Parquet file, piece by piece: the pieces, one after the other, are the file.
 *
 * One table holds the rows of all kinds (column `kind`); what a kind does not have is null in its rows. Rows of channels and units stand in
 * the order of the ontology's walk (`regionOrder`), a row group holds one kind of one dataset. Equal catalogues give equal bytes.
 */
export async function* encodeParquet(
  catalogue: Catalogue,
  sha256: Sha256,
  options: CallOptions = {},
): AsyncIterable<Uint8Array> {
  const tables = catalogue.tables();
  const about = {
    ...{ version: CATALOGUE_VERSION, ontology: ONTOLOGY, datasets: catalogue.datasets() },
    // Which columns a table has: one of the file may be null in all its rows, and still be one of its columns.
    tables: catalogue.partitions().map((table) => ({
      ...{ dataset: table.dataset.id, kind: table.kind, rowCount: table.rowCount, columns: table.names() },
    })),
  };
  const text = JSON.stringify(about);
  const metadata = new Map([
    [ABOUT_KEY, text],
    [ABOUT_CHECKSUM_KEY, checksumOf(text)],
  ]);
  const schema = parquetSchema(tables);
  const writer = createTypedParquetWriter(schema, metadata);
  for (const dataset of tables) {
    for (const kind of ROW_KINDS) {
      const { rowCount } = dataset.table(kind);
      if (rowCount === 0) continue;
      const columnsOf = await parquetColumns(schema, dataset, kind, options);
      for (let start = 0; start < rowCount; start += GROUP_ROWS) {
        options.signal?.throwIfAborted();
        const end = Math.min(start + GROUP_ROWS, rowCount);
        const bytes = writer.writeGroup(columnsOf(start, end), start, end);
        sha256.update(bytes);
        yield bytes;
      }
    }
  }
  // The texts are written with the footer, so that it can tell what stands before it.
  metadata.set(SHA256_KEY, sha256.digest("hex"));
  yield writer.finish();
}

/** CRC-32 of a text of the footer, as hexadecimal digits. */
export function checksumOf(text: string): string {
  return crc32(new TextEncoder().encode(text)).toString(16).padStart(8, "0");
}
