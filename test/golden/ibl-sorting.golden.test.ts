import type { Column, Table } from "@crossprobe/core";
import {
  chooseSorting,
  labelUnits,
  loadSpikeSorting,
  mergeClusters,
  openSession,
  type SpikeSorting,
} from "@crossprobe/ibl-adapter/loaders";
import { describe, expect, it } from "vitest";
import { cache, type ExpectedArray, expectArray, expected } from "./ibl-expected.js";
import { SHARED } from "./shared.js";

type Columns = Record<string, ExpectedArray | { readonly type: string; readonly values?: unknown[] }>;
interface Case {
  readonly id: number;
  readonly case: string;
  readonly session: string;
  readonly pname: string;
  readonly kwargs: {
    revision?: string;
    spike_sorter?: string;
    namespace?: string;
    good_units?: boolean;
    dataset_types?: string[];
    enforce_version?: boolean;
  };
  readonly compute_metrics: boolean;
  readonly from_folder_without_tables: boolean;
  readonly collection?: string | null;
  readonly histology?: string | null;
  readonly files: Record<string, string[]>;
  readonly spikes?: { readonly values: Columns } | "empty" | null;
  readonly channels?: { readonly values: Columns };
  readonly merged?: { readonly returns?: { readonly values: Columns } | null };
}

interface Expected {
  readonly calls: Case[];
  readonly collection_choice: {
    collections: string[];
    pname: string;
    spike_sorter: string | null;
    returns: string | null;
  }[];
}

const load = (): Expected => expected<Expected>("spike_sorting");

async function sortingOf({ session, pname, kwargs }: Case): Promise<SpikeSorting> {
  const attributes = (object: string) =>
    (kwargs.dataset_types ?? []).filter((name) => name.startsWith(object)).map((name) => name.slice(object.length));
  return loadSpikeSorting(await openSession(cache(), session), pname, {
    revision: kwargs.revision,
    sorter: kwargs.spike_sorter,
    namespace: kwargs.namespace,
    goodUnitsOnly: kwargs.good_units,
    spikeAttributes: attributes("spikes."),
    clusterAttributes: attributes("clusters."),
  });
}

/** ONE's name of one of our columns. */
const theirs = (name: string): string => (name === "channelLabels" ? "labels" : name);
const isOurs = (name: string): boolean => /^ccf|^recomputed/.test(name);

function expectColumns(actual: Table, wanted: Columns, where: string, left: readonly string[] = []): void {
  const own = [...actual.columns.keys()].filter((name) => !isOurs(name) && !left.includes(name)).map(theirs);
  const names = Object.keys(wanted).filter((name) => !left.includes(name));
  expect(own.sort(), where).toEqual(names.sort());
  for (const name of names) {
    const column = actual.columns.get(name === "labels" ? "channelLabels" : name) as Column;
    const goal = wanted[name];
    if (goal?.type === "array")
      expectArray({ data: column as ArrayLike<unknown> }, goal as ExpectedArray, `${where} ${name}`);
    else
      expect(Array.from(column as ArrayLike<unknown>), `${where} ${name}`).toEqual(
        (goal as { values?: unknown[] })?.values,
      );
  }
}

/** Columns of `quick_unit_metrics`, which are computed again there where the file has other rows. */
const METRICS = (
  "amp_max amp_min amp_median amp_std_dB bitwise_fail cluster_id contamination contamination_alt drift firing_rate ks2_label label " +
  "max_confidence min_contamination missed_spikes_est n_spikes_below2 noise_cutoff presence_ratio presence_ratio_std slidingRP_viol " +
  "slidingRP_viol_forced spike_count"
).split(" ");

describe.skipIf(!SHARED)("spike sortings as SpikeSortingLoader loads them (needs ../shared/golden)", () => {
  const cases = SHARED ? load().calls.filter((one) => !one.from_folder_without_tables) : [];
  it.each(cases)("$id: $case", async (one) => {
    if (one.spikes === undefined || one.spikes === null || one.spikes === "empty") {
      if (one.kwargs.enforce_version) return; // no counterpart: provenance names the revision of every file
      if (one.kwargs.good_units && one.kwargs.namespace) return; // three nulls there, the good units of the release here
      await expect(sortingOf(one)).rejects.toThrow(/no spike sorting of probe|no passingSpikes/);
      return;
    }
    const sorting = await sortingOf(one);
    expect(sorting.collection).toBe(one.collection);
    expect(sorting.histology).toEqual(one.histology === "alf" ? { provenance: "resolved", source: "alf" } : null);
    expectColumns(sorting.spikes, one.spikes.values, "spikes");
    const channels = one.channels?.values ?? {};
    // Without places the arrays are given as they are there.
    if (!("localCoordinates" in channels)) expectColumns(sorting.channels, channels, "channels");
    const used = new Set(Object.values(one.files).flat());
    for (const { url } of sorting.provenance) {
      expect(
        [...used].some((file) => url.endsWith(encodeURI(file).replaceAll("#", "%23")) || url.endsWith(file)),
        url,
      ).toBe(true);
    }
    if (!one.merged?.returns) return;
    const isStored = sorting.metrics?.rowCount === sorting.clusters.rowCount && !one.compute_metrics;
    const merged = mergeClusters(sorting);
    expectColumns(merged.table, one.merged.returns.values, "merged", [
      ...(isStored ? [] : METRICS),
      ...(one.kwargs.namespace ? ["uuids"] : []),
    ]);
    // The tables of that revision state labels of their own, which their metrics do not bear out.
    const isBorneOut = one.kwargs.revision !== "2023-01-01";
    if (isStored) expect(merged.labelDifferences, "labels").toHaveLength(isBorneOut ? 0 : 12);
  });

  it("chooses the folder of the sorting, but never another probe's", () => {
    for (const { collections, pname, spike_sorter: sorter, returns } of load().collection_choice) {
      const where = JSON.stringify([collections, sorter]);
      const isOther = returns !== null && returns !== `alf/${pname}` && !returns.startsWith(`alf/${pname}/`);
      // Of names of one length the first that is listed there, the first as text here.
      if (returns === "alf/probe00/ks4" && collections.includes("alf/probe00/ks2")) continue;
      expect(chooseSorting(collections, pname, sorter ?? undefined) ?? null, where).toBe(
        isOther ? null : (returns ?? null),
      );
    }
  });

  it("labels units by the three criteria", () => {
    const {
      metrics,
      label,
      bitwise_fail: bits,
    } = expected<{
      compute_labels: { metrics: Record<string, (number | null)[]>; label: number[]; bitwise_fail: number[] };
    }>("metrics").compute_labels;
    const found = labelUnits(new Map(Object.entries(metrics)));
    expect([...found.label]).toEqual(label);
    expect([...found.bitwiseFail]).toEqual(bits);
    expect(found.missing).toEqual([]);
  });

  it("labels the units of a metrics table as it is stored", () => {
    const table = expected<{
      quick_unit_metrics: Record<string, { returns: { columns: Record<string, { values: (number | null)[] }> } }>;
    }>("metrics").quick_unit_metrics["all clusters 0..14"]?.returns.columns;
    const columns = new Map(Object.entries(table ?? {}).map(([name, { values }]) => [name, values]));
    const found = labelUnits(columns);
    expect([...found.label]).toEqual(columns.get("label"));
    expect([...found.bitwiseFail]).toEqual(columns.get("bitwise_fail"));
  });
});
