import { z } from "zod";
import { datasetEntrySchema } from "./dataset-entry.js";

/** First bytes of a columns file, the last of them its version. */
export const MAGIC = Uint8Array.from([0x43, 0x50, 0x43, 0x41, 0x54, 0x0d, 0x0a, 0x01]);
/** After the magic: length of the header and its checksum, four bytes each, little-endian. */
export const PREAMBLE_BYTES = MAGIC.length + 8;
/** The data are read, and their checksums kept, by blocks of so many bytes. */
export const BLOCK_BYTES = 1 << 14;

const spanSchema = z.strictObject({ offset: z.int().min(0), length: z.int().min(0) }).readonly();

const columnSchema = z.union([
  z.strictObject({ name: z.string(), kind: z.literal("number"), values: spanSchema }).readonly(),
  z.strictObject({ name: z.string(), kind: z.literal("flag"), values: spanSchema }).readonly(),
  z
    .strictObject({
      ...{ name: z.string(), kind: z.literal("code"), values: spanSchema },
      width: z.union([z.literal(1), z.literal(2), z.literal(4)]),
      texts: z.array(z.string()).readonly(),
    })
    .readonly(),
  z.strictObject({ name: z.string(), kind: z.literal("text"), offsets: spanSchema, values: spanSchema }).readonly(),
]);
export type ColumnHeader = z.infer<typeof columnSchema>;

/** What a columns file says of itself. Offsets count from the first byte of the data. */
export const imageHeaderSchema = z
  .strictObject({
    /** Checksum of the catalogue file that it stands beside, as hexadecimal digits; null where it stands alone. */
    of: z.string().nullable(),
    ontology: z.string(),
    /** Bytes of the data. */
    dataBytes: z.int().min(0),
    datasets: z.array(datasetEntrySchema).readonly(),
    partitions: z
      .array(
        z
          .strictObject({
            dataset: z.string(),
            kind: z.enum(["sessions", "probes", "channels", "units"]),
            rowCount: z.int().min(0),
            labelOffsets: spanSchema.nullable(),
            columns: z.array(columnSchema).readonly(),
          })
          .readonly(),
      )
      .readonly(),
  })
  .readonly();
export type ImageHeader = z.infer<typeof imageHeaderSchema>;
