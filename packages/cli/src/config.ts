import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { ConfigError, NotFoundError, SchemaError } from "@crossprobe/core";
import { z } from "zod";

export const CONFIG_FILE = "crossprobe.config.json";

const configSchema = z.strictObject({
  /** ONE folders, LFPack files, release tables. Paths are relative to the configuration file. */
  ibl: z.array(z.string().min(1)).optional(),
  /** What LFP is read from where a probe has both: the LFPack recording (if not said), or the raw one. */
  iblLfp: z.enum(["lfpack", "raw"]).optional(),
  /** EcephysProjectCache folders. */
  allen: z.array(z.string().min(1)).optional(),
  /** Whether units of Allen's carry their analysis metrics; not if not said. */
  allenMetrics: z.boolean().optional(),
  /** Where files of Allen sessions are fetched from (the warehouse if not said). */
  allenRemote: z.enum(["warehouse", "s3", "dandi"]).optional(),
  /** Who states digests of files that come from elsewhere; nobody if not said. */
  allenDigests: z.enum(["dandi"]).optional(),
});

/** Where data comes from: paths or http(s) URLs. */
export interface Sources {
  readonly ibl: readonly string[];
  readonly allen: readonly string[];
  /** Which LFP of IBL's is preferred; the adapter's own choice if not said. */
  readonly iblLfp?: "lfpack" | "raw" | undefined;
  /** Whether units of Allen's carry their analysis metrics. */
  readonly allenMetrics?: boolean | undefined;
  /** Where files of Allen sessions are fetched from; the warehouse if not said. */
  readonly allenRemote?: "warehouse" | "s3" | "dandi" | undefined;
  /** Who states digests of files that come from elsewhere, where sizes agree; nobody if not said. */
  readonly allenDigests?: "dandi" | undefined;
  /** What decided: the command line, a configuration file, or the embedded samples. */
  readonly origin: string;
}

/**
 * The sources to use: those given, else the nearest configuration file upwards of `cwd`, else the embedded samples.
 *
 * @throws {@link SchemaError} for a configuration file that does not hold what it should, {@link ConfigError} for an empty one
 */
export function chooseSources(given: { ibl: readonly string[]; allen: readonly string[] }, cwd: string): Sources {
  if (given.ibl.length + given.allen.length > 0) {
    const absolute = (path: string) => (isUrl(path) ? path : resolve(cwd, path));
    return { ibl: given.ibl.map(absolute), allen: given.allen.map(absolute), origin: "the command line" };
  }
  const config = findUpwards(cwd);
  return config === undefined ? embeddedSamples() : readConfig(config);
}

export function isUrl(path: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(path);
}

function readConfig(path: string): Sources {
  const content = parseJsonFile(path);
  const parsed = configSchema.safeParse(content);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new SchemaError(`${path}: ${issue?.path.join(".") || "document"}: ${issue?.message}`, {
      url: path,
      cause: parsed.error,
      hint: 'write { "ibl": ["folder or file"], "allen": ["cache folder"] }',
    });
  }
  const absolute = (entry: string) => (isUrl(entry) ? entry : resolve(dirname(path), entry));
  const { ibl = [], allen = [], iblLfp, allenMetrics, allenRemote, allenDigests } = parsed.data;
  const isRemote = allenRemote === "warehouse" || allenRemote === "s3";
  if (ibl.length + allen.length === 0 && !isRemote) {
    throw new ConfigError(`${path} names no sources`, {
      hint: "list some under ibl or allen, or give --ibl or --allen",
    });
  }
  const choices = { iblLfp, allenMetrics, allenRemote, allenDigests };
  return { ibl: ibl.map(absolute), allen: allen.map(absolute), ...choices, origin: path };
}

function parseJsonFile(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SchemaError(`${path} is no JSON: ${why}`, {
      url: path,
      cause,
      hint: "mend it, or give --ibl and --allen",
    });
  }
}

function findUpwards(from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, CONFIG_FILE);
    if (existsSync(candidate)) return candidate;
    if (dirname(folder) === folder) return undefined;
  }
}

/** The sample cohort that ships with the command, or lies at the root of a checkout. */
export function embeddedSamples(): Sources {
  for (const candidate of ["../samples", "../../../samples"]) {
    const folder = join(import.meta.dirname, candidate);
    if (existsSync(join(folder, "ibl")) && existsSync(join(folder, "allen"))) {
      return {
        ibl: [join(folder, "ibl")],
        allen: [join(folder, "allen")],
        origin: "the embedded samples (invented data, no value comes from an animal)",
      };
    }
  }
  throw new NotFoundError("the embedded samples are not installed", { hint: "give sources with --ibl and --allen" });
}
