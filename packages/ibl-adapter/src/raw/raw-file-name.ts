import type { RawBand } from "./spikeglx-meta.js";

/** What a file of a raw recording is. */
export type RawFileKind = "cbin" | "bin" | "ch" | "meta" | "sync" | "timestamps";

/** The name of a SpikeGLX file, taken apart. */
export interface RawFileName {
  /** Folder with `/` at its end; `""` for none. */
  readonly folder: string;
  /** Run with gate and trigger, such as `_spikeglx_ephysData_g0_t0`. */
  readonly run: string;
  /** Number of the probe: `imec0` and `imec00` are both 0; null for `imec` (phase 3A) and for `nidq`. */
  readonly probeNumber: number | null;
  /** Null for the clock files, which belong to both bands. */
  readonly band: RawBand | null;
  readonly kind: RawFileKind;
}

const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const NAME = new RegExp(
  `^(.*/)?([^/]+_g\\d+_t(?:\\d+|cat))\\.(imec\\d*|nidq)(?:\\.(ap|lf))?(?:\\.(sync|timestamps))?(?:\\.${UUID})?\\.(cbin|bin|ch|meta|npy)$`,
);

/** Undefined for a key that is no file of a SpikeGLX recording. A data server's id before the extension is understood. */
export function parseRawFileName(key: string): RawFileName | undefined {
  const [, folder = "", run, stream, band, clock, extension] = NAME.exec(key) ?? [];
  if (run === undefined || stream === undefined || extension === undefined) return undefined;
  if ((clock === undefined) === (extension === "npy")) return undefined;
  const isProbe = stream.startsWith("imec");
  if (clock === undefined && isProbe === (band === undefined)) return undefined;
  const digits = stream.slice("imec".length);
  return {
    folder,
    run,
    probeNumber: isProbe && digits !== "" ? Number(digits) : null,
    band: clock !== undefined ? null : isProbe ? (band as RawBand) : "nidq",
    kind: (clock ?? extension) as RawFileKind,
  };
}

/** Keys of the files of one recording: those that are there. */
export interface RawRecordingFiles {
  /** Name of the folder, which is the probe's label; `""` in the root or in `raw_ephys_data` itself. */
  readonly label: string;
  readonly run: string;
  readonly probeNumber: number | null;
  readonly band: RawBand;
  /** The `.cbin`, or where there is none the `.bin`; undefined where neither is there. */
  readonly data?: string | undefined;
  readonly header?: string | undefined;
  readonly meta?: string | undefined;
  readonly sync?: string | undefined;
  readonly timestamps?: string | undefined;
}

/**
 * The recordings among some keys, in the order of folder, run, probe and band. Files of one folder belong together whether they spell the
 * probe `imec0` or `imec00`.
 */
export function findRawRecordings(keys: Iterable<string>): readonly RawRecordingFiles[] {
  const groups = new Map<string, { name: RawFileName; files: Map<RawFileKind, string> }>();
  const clocks = new Map<string, Map<RawFileKind, string>>();
  for (const key of [...keys].sort()) {
    const name = parseRawFileName(key);
    if (name === undefined) continue;
    const probe = `${name.folder}\n${name.run}\n${name.probeNumber ?? ""}`;
    if (name.band === null) {
      clocks.set(probe, (clocks.get(probe) ?? new Map()).set(name.kind, key));
      continue;
    }
    const group = groups.get(`${probe}\n${name.band}`) ?? { name, files: new Map() };
    group.files.set(name.kind, key);
    groups.set(`${probe}\n${name.band}`, group);
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { name, files }]) => {
      const clock =
        name.band === "nidq" ? undefined : clocks.get(`${name.folder}\n${name.run}\n${name.probeNumber ?? ""}`);
      const label = name.folder.split("/").at(-2) ?? "";
      return {
        label: label === "raw_ephys_data" ? "" : label,
        run: name.run,
        probeNumber: name.probeNumber,
        band: name.band ?? "nidq",
        data: files.get("cbin") ?? files.get("bin"),
        header: files.get("ch"),
        meta: files.get("meta"),
        sync: clock?.get("sync"),
        timestamps: clock?.get("timestamps"),
      };
    });
}
