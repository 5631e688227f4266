import { z } from "zod";

/** Where values came from. */
export const provenanceSchema = z
  .strictObject({
    /** The file, as the store's URL with the key. */
    url: z.string(),
    /** Path inside the file (HDF5 path, column name), where one is more precise than the file. */
    path: z.string().optional(),
    /** What was done to the stored values to get ours, in a few words ("x 0.195e-6", "um from bregma -> CCF"). */
    conversion: z.string().optional(),
    /** Known defects of the source that were mended on the way, by the ids of its adapter. */
    errata: z.array(z.string()).readonly().optional(),
  })
  .readonly();
export type Provenance = z.infer<typeof provenanceSchema>;

/** Something that was left out, repaired or doubted: counted and reported, never done in silence. */
export const noticeSchema = z
  .strictObject({
    /** Stable kebab-case name, such as `noise-units-left-out`. */
    code: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
    /** One sentence: what, and what follows. */
    message: z.string(),
    /** How many things it concerns. */
    count: z.int().min(0),
    /** The file or reference concerned. */
    where: z.string(),
  })
  .readonly();
export type Notice = z.infer<typeof noticeSchema>;
