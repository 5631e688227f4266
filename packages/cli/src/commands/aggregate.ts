import { extname } from "node:path";
import {
  formatRef,
  isSameRef,
  type Notice,
  type ProbeInsertion,
  type ProbeRef,
  type Session,
  type SessionRef,
  type SpikeTable,
  spikeTrain,
} from "@crossprobe/core";
import { type Command, InvalidArgumentError } from "commander";
import { SpikesFile } from "../aggregate/spikes-file.js";
import { UnitKeys } from "../aggregate/unit-keys.js";
import type { AggregatedUnit } from "../aggregate/unit-row.js";
import { UnitsFile } from "../aggregate/units-file.js";
import { type CommandContext, type CommonOptions, withHub } from "../command-context.js";
import type { CommandDefinition } from "../command-definition.js";
import { toJson } from "../output/json.js";
import { wrapText } from "../output/table.js";
import { writeStreamed } from "../output/write-file.js";
import { resolveOut } from "../output/write-rows.js";
import { parseOutFile } from "../output/write-table.js";
import { plural, probesInScope, readEach } from "./listing.js";
import { answeringDatasets } from "./modality-scope.js";
import { CollectedNotices, noteNotices } from "./notices.js";
import { addScopeOptions, type Scope } from "./scope.js";

interface Options extends CommonOptions, Scope {
  readonly units?: string;
  readonly spikes?: string;
  readonly amplitudes?: boolean;
}

export const aggregateCommand: CommandDefinition = {
  example: "aggregate --units units.parquet --spikes spikes.h5",
  define: (command, act) =>
    void addScopeOptions(command, "dataset", "session", "probe")
      .option("--units <file>", "write every unit: .parquet, a row a unit", parseOutFile("parquet"))
      .option("--spikes <file>", "write every unit's spikes: .h5, a group a unit, its name the column key", parseHdf5)
      .option("--amplitudes", "with --spikes: amplitudes in volts beside the times, where the source has them")
      .action((options: Options, own: Command) => {
        if (options.units === undefined && options.spikes === undefined) {
          own.error("error: nothing to write: give --units, --spikes or both");
        }
        if (options.amplitudes && options.spikes === undefined) own.error("error: --amplitudes goes with --spikes");
        act((io) => withHub(io, options, (context) => run(context, options)));
      }),
};

function parseHdf5(path: string): string {
  if ([".h5", ".hdf5"].includes(extname(path).toLowerCase())) return path;
  throw new InvalidArgumentError(`${extname(path) || "No extension"} cannot be written; name it .h5.`);
}

/** What was read of a probe before anything of it is written. */
interface ProbeUnits {
  readonly units: readonly AggregatedUnit[];
  readonly spikes: SpikeTable | null;
}

interface Counts {
  probes: number;
  failedProbes: number;
  units: number;
  spikes: number;
}

async function run(context: CommandContext, options: Options): Promise<void> {
  const { io } = context;
  const paths = { units: await resolveOut(context, options.units), spikes: await resolveOut(context, options.spikes) };
  const withUnits = await answeringDatasets(context, "units", options);
  const withSpikes = paths.spikes === undefined ? withUnits : await answeringDatasets(context, "spikes", options);
  const datasets = withUnits.filter((id) => withSpikes.includes(id));
  const probes = (await probesInScope(context, options)).filter(({ dataset }) => datasets.includes(dataset));
  const notices = new CollectedNotices();
  const keys = new UnitKeys();
  const reader = new ProbeReader(context, keys, notices, paths.spikes !== undefined);
  const counts: Counts = { probes: 0, failedProbes: probes.length, units: 0, spikes: 0 };
  await writeStreamed(
    [paths.units, paths.spikes].filter((path) => path !== undefined),
    async (write) => {
      const unitsFile = paths.units === undefined ? undefined : await UnitsFile.open(paths.units);
      const spikesFile = paths.spikes === undefined ? undefined : new SpikesFile(paths.spikes, write);
      try {
        await spikesFile?.begin();
        await readEach(context, probes, async (probe) => {
          io.signal.throwIfAborted();
          const { units, spikes } = await reader.read(probe);
          await unitsFile?.add(units);
          if (spikes !== null && spikesFile !== undefined) await addSpikes(spikesFile, units, spikes, options);
          if (options.amplitudes && spikes !== null && !spikes.amplitudesV)
            notices.add(withoutAmplitudes(units, probe));
          counts.probes++;
          counts.failedProbes--;
          counts.units += units.length;
          counts.spikes += spikes?.times.length ?? 0;
        });
        if (paths.units !== undefined) await unitsFile?.finish(paths.units, write, io.signal);
        await spikesFile?.finish();
      } finally {
        await unitsFile?.remove();
      }
    },
  );
  report(context, paths, { ...counts, ...keys.counts }, [...notices.all, ...keys.notices]);
}

async function addSpikes(
  file: SpikesFile,
  units: readonly AggregatedUnit[],
  spikes: SpikeTable,
  { amplitudes }: Options,
): Promise<void> {
  for (const [i, { key }] of units.entries()) {
    const [start, stop] = [spikes.offsets[i], spikes.offsets[i + 1]];
    const volts = amplitudes ? (spikes.amplitudesV?.subarray(start, stop) ?? null) : null;
    await file.add(key, spikeTrain(spikes, i), volts);
  }
}

function withoutAmplitudes(units: readonly AggregatedUnit[], probe: ProbeRef): Notice {
  const message = "units have no amplitudes in their source: the spikes file has their times alone";
  return { code: "amplitudes-absent", message, count: units.length, where: formatRef(probe) };
}

/** Reads probe after probe, with the sessions that they belong to. */
class ProbeReader {
  readonly #context: CommandContext;
  readonly #keys: UnitKeys;
  readonly #notices: CollectedNotices;
  readonly #wantsSpikes: boolean;
  #session: {
    readonly ref: SessionRef;
    readonly session: Session | null;
    readonly probes: readonly ProbeInsertion[];
  } | null = null;

  constructor(context: CommandContext, keys: UnitKeys, notices: CollectedNotices, wantsSpikes: boolean) {
    this.#context = context;
    this.#keys = keys;
    this.#notices = notices;
    this.#wantsSpikes = wantsSpikes;
  }

  async read(probe: ProbeRef): Promise<ProbeUnits> {
    const { hub, io } = this.#context;
    const options = { signal: io.signal };
    const { rows, notices } = await hub.unitTable(probe, options);
    const refs = rows.map(({ ref }) => ref);
    const spikes = this.#wantsSpikes ? await hub.spikes(probe, { ...options, units: refs }) : null;
    const [first] = rows;
    const { session, probes } = first === undefined ? NO_SESSION : await this.#sessionOf(first.session);
    const insertion = probes.find(({ ref }) => isSameRef(ref, probe)) ?? null;
    // Everything is read: from here on the probe is in the files, keys and counts included.
    for (const notice of [...notices, ...(spikes?.notices ?? [])]) this.#notices.add(notice);
    const units = rows.map((unit, i): AggregatedUnit => {
      const stored = spikes === null ? null : spikeTrain(spikes, i).length;
      return { unit, key: this.#keys.keyOf(unit), session, probe: insertion, storedSpikes: stored };
    });
    return { units, spikes };
  }

  /** The probes of a session mostly follow each other: the last one is kept. */
  async #sessionOf(ref: SessionRef): Promise<{ session: Session | null; probes: readonly ProbeInsertion[] }> {
    if (this.#session !== null && isSameRef(this.#session.ref, ref)) return this.#session;
    const { hub, io } = this.#context;
    const options = { signal: io.signal };
    let session: Session | null = null;
    for await (const found of hub.sessions({ dataset: ref.dataset, refs: [ref] }, options)) session = found;
    this.#session = { ref, session, probes: await hub.probes(ref, options) };
    return this.#session;
  }
}

const NO_SESSION = { session: null, probes: [] } as const;

function report(
  context: CommandContext,
  paths: { readonly units: string | undefined; readonly spikes: string | undefined },
  counts: Counts & UnitKeys["counts"],
  notices: CollectedNotices["all"],
): void {
  const { io, isJson, note } = context;
  noteNotices(context, notices);
  if (isJson) {
    io.out(toJson({ ...paths, counts, notices }));
    return;
  }
  const files = [paths.units, paths.spikes].filter((path) => path !== undefined).join(" and ");
  const failed = counts.failedProbes === 0 ? "" : `; ${plural(counts.failedProbes, "probe")} left out, see above`;
  const spikes = paths.spikes === undefined ? "" : ` with ${plural(counts.spikes, "spike")}`;
  const what = `${plural(counts.units, "unit")} of ${plural(counts.probes, "probe")}${spikes}`;
  note(wrapText(`${what} written to ${files}${failed}`, io.columns, "  "));
}
