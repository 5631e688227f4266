import { type Frame, mapCells, ours, type Recorded, theirs } from "./allen-session-frames.js";
import { frame, HALFWIDTH, noRate, recorded, renamed, type Topic, withoutSentinels } from "./allen-session-subject.js";

/** Probes, channels, units, and who and what the session is. */
export const TABLE_TOPICS: readonly Topic[] = [
  {
    name: "probes",
    reason: "a rate of 0 is none",
    compare: (s) =>
      frame(
        s,
        "tables",
        "probes",
        s.session.probes().then((table) => ours(table)),
        (cells) => mapCells(mapCells(cells, noRate, "sampling_rate", "lfp_sampling_rate"), (cell) => cell, "location"),
      ),
  },
  {
    name: "channels",
    reason: "coordinates of -1000, -1 and 0 are absent",
    compare: (s) =>
      frame(
        s,
        "tables",
        "channels",
        s.session.channels().then((table) => ours(table)),
        withoutSentinels,
      ),
  },
  {
    name: "units",
    reason: "`waveform_halfwidth` of the file is kept; coordinates of -1 and rates of 0 are absent",
    compare: async (s) => {
      const mine = ours(await s.session.units());
      const other = theirs(recorded<Frame>(s, "tables", "units").value);
      const rates = ["probe_sampling_rate", "probe_lfp_sampling_rate"];
      const repaired = mapCells(withoutSentinels(other), noRate, ...rates);
      const halfwidths = mine.columns[HALFWIDTH] ?? [];
      if (halfwidths.length !== other.index.length) throw new Error("no half widths");
      return {
        theirs: other,
        ours: mine,
        repaired: { ...repaired, columns: { ...repaired.columns, [HALFWIDTH]: halfwidths } },
      };
    },
  },
  {
    name: "num_units, num_channels, num_probes, num_stimulus_presentations",
    compare: async (s) => {
      const calls = s.file<{ readonly num: Readonly<Record<string, Recorded<number>>> }>("tables.json").num;
      const counts = await Promise.all([
        s.session.units(),
        s.session.channels(),
        s.session.probes(),
        s.session.stimulusPresentations(),
      ]);
      return {
        theirs: ["num_units", "num_channels", "num_probes", "num_stimulus_presentations"].map((n) => calls[n]?.value),
        ours: counts.map(({ rowCount }) => rowCount),
      };
    },
  },
  {
    name: "structure_acronyms",
    compare: async (s) => ({
      theirs: recorded(s, "tables", "structure_acronyms").value,
      ours: await s.session.structureAcronyms(),
    }),
  },
  {
    name: "structurewise_unit_counts",
    compare: async (s) => {
      const series = recorded<{ index: string[]; values: number[] }>(s, "tables", "structurewise_unit_counts").value;
      return {
        theirs: series?.index.map((acronym, i) => ({ acronym, unitCount: series.values[i] })),
        ours: await s.session.structurewiseUnitCounts(),
      };
    },
  },
  {
    name: "metadata",
    reason: "names of stimuli as above",
    compare: async (s) => {
      const other = recorded<Record<string, unknown>>(s, "metadata", "metadata").value ?? {};
      const identity = await s.session.identity();
      const rig = await s.session.rig();
      const size = async (table: Promise<{ readonly rowCount: number }>) => (await table).rowCount;
      const mine = {
        specimen_name: identity.specimenName,
        session_type: identity.sessionType,
        full_genotype: identity.genotype,
        sex: identity.sex,
        age_in_days: identity.ageDays,
        rig_equipment_name: rig.value?.equipment ?? null,
        num_units: await size(s.session.units()),
        num_channels: await size(s.session.channels()),
        num_probes: await size(s.session.probes()),
        num_stimulus_presentations: await size(s.session.stimulusPresentations()),
        session_start_time: Date.parse(identity.startTime ?? ""),
        ecephys_session_id: identity.sessionId,
        structure_acronyms: await s.session.structureAcronyms(),
        stimulus_names: await s.session.stimulusNames(),
      };
      const instant = { ...other, session_start_time: Date.parse(String(other.session_start_time)) };
      const names = (other.stimulus_names as string[]).map(renamed);
      return { theirs: instant, ours: mine, repaired: { ...instant, stimulus_names: [...new Set(names)] } };
    },
  },
  {
    name: "get_metadata (adapter level)",
    reason: "the strain that the file states is given; AllenSDK finds none",
    compare: async (s) => {
      const other = recorded<Record<string, unknown>>(s, "metadata", "get_metadata").value ?? {};
      const { specimenName, ageDays, genotype, strain, sex, sessionType, donorId, species } =
        await s.session.identity();
      const mine = {
        ...{ specimen_name: specimenName, age_in_days: ageDays, full_genotype: genotype, strain, sex },
        ...{ stimulus_name: sessionType, subject_id: donorId, species },
      };
      const { age: _age, ...rest } = other;
      return { theirs: rest, ours: mine, repaired: { ...rest, strain: "Transgenic" } };
    },
  },
  {
    name: "rig_geometry_data, rig_equipment_name",
    compare: async (s) => {
      const geometry = recorded<Frame | null>(s, "metadata", "rig_geometry_data").value;
      const rig = await s.session.rig();
      return {
        theirs: [geometry ? theirs(geometry) : null, recorded(s, "metadata", "rig_equipment_name").value],
        ours: [rig.value ? ours(rig.value.geometry, "axis") : null, rig.value?.equipment ?? null],
      };
    },
  },
];
