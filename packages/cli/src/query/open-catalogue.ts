import { resolve } from "node:path";
import { buildCatalogue, type Catalogue } from "@crossprobe/catalogue";
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

/** Runs the body over a saved catalogue, or over one of the chosen sources. Resolves to the exit code. */
export async function withCatalogue(
  io: Io,
  options: CatalogueOptions,
  body: (context: CatalogueContext) => Promise<void>,
): Promise<number> {
  if (options.catalogue !== undefined) {
    const path = resolve(io.cwd, options.catalogue);
    await body({ io, catalogue: await openCatalogue(path, { signal: io.signal }), origin: path });
    return 0;
  }
  return withHub(io, options, async (context) => {
    await body({ io, catalogue: await buildWithProgress(context), origin: context.sources.origin });
  });
}

/**
 * A catalogue of every source, with how far it is on standard error.
 *
 * @param previous rows of probes that have not changed are taken from it
 * @param onReused called with how many probes of a dataset were taken from it so far
 */
export async function buildWithProgress(
  { hub, io }: CommandContext,
  previous?: Catalogue,
  onReused?: (dataset: string, probes: number) => void,
): Promise<Catalogue> {
  const progress = new Progress(io);
  try {
    return await buildCatalogue(hub, {
      ...{ signal: io.signal, previous },
      onProgress: ({ dataset, probes, reused }) => {
        progress.update(`${dataset}: probes in the catalogue:`, probes);
        onReused?.(dataset, reused);
      },
    });
  } finally {
    progress.end();
  }
}
