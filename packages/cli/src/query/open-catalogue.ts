import { resolve } from "node:path";
import { type BuildOptions, buildCatalogue, type Catalogue } from "@crossprobe/catalogue";
import { openCatalogue } from "@crossprobe/catalogue/node";
import { type CommandContext, type CommonOptions, withHub } from "../command-context.js";
import type { Io } from "../io.js";
import { Progress } from "../output/progress.js";

/** What a query works with. */
export interface CatalogueContext {
  readonly io: Io;
  readonly catalogue: Catalogue;
  /** Where it came from, for a reader. */
  readonly origin: string;
}

/** Where the rows come from. */
export interface CatalogueOptions extends CommonOptions {
  /** A catalogue that was saved. */
  readonly catalogue?: string;
}

/**
 * Runs the body over a saved catalogue, or over one of the chosen sources. Resolves to the exit code.
 *
 * @param rows whether channels and units are needed: without them the tables of no probe are read
 */
export async function withCatalogue(
  io: Io,
  options: CatalogueOptions,
  body: (context: CatalogueContext) => Promise<void>,
  rows = true,
): Promise<number> {
  if (options.catalogue !== undefined) {
    const path = resolve(io.cwd, options.catalogue);
    await body({ io, catalogue: await openCatalogue(path, { signal: io.signal }), origin: path });
    return 0;
  }
  return withHub(io, options, async (context) => {
    // Nobody updates a catalogue that is asked once.
    const catalogue = await buildWithProgress(context, { rows, fingerprints: false });
    await body({ io, catalogue, origin: context.sources.origin });
  });
}

/**
 * A catalogue of every source, with how far it is on standard error.
 *
 * @param onReused called with how many probes of a dataset were taken from it so far
 */
export async function buildWithProgress(
  { hub, io }: CommandContext,
  options: Pick<BuildOptions, "previous" | "rows" | "fingerprints"> = {},
  onReused?: (dataset: string, probes: number) => void,
): Promise<Catalogue> {
  const progress = new Progress(io);
  try {
    return await buildCatalogue(hub, {
      ...{ ...options, signal: io.signal },
      onProgress: ({ dataset, probes, reused }) => {
        progress.update(`${dataset}: probes in the catalogue:`, probes);
        onReused?.(dataset, reused);
      },
    });
  } finally {
    progress.end();
  }
}
