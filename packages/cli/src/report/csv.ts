import type { CompareResult } from "@crossprobe/analysis";
import { table } from "@crossprobe/core";
import { encodeCsv } from "@crossprobe/formats/csv";

/** A comparison as one table: a row a region and dataset; a column for each band and probe would be ragged, so bands are means over probes. */
export function renderCsv(result: CompareResult): string {
  const bands = result.provenance.settings.bands.map(({ name }) => name);
  const rows = result.regions.flatMap(({ region, id, name, datasets }) =>
    Object.entries(datasets).map(([dataset, found]) => ({ region, id, name, dataset, found })),
  );
  type Row = (typeof rows)[number];
  const column = (title: string, value: (row: Row) => unknown) => [title, rows.map(value)] as const;
  return encodeCsv(
    table([
      column("region", (row) => row.region),
      column("regionId", (row) => row.id),
      column("name", (row) => row.name),
      column("dataset", (row) => row.dataset),
      column("sessions", ({ found }) => found.sessions),
      column("probes", ({ found }) => found.probes),
      column("channels", ({ found }) => found.channels),
      column("lfpChannels", ({ found }) => found.lfpChannels),
      column("unitsTotal", ({ found }) => found.units.total),
      column("unitsPassing", ({ found }) => found.units.passing),
      column("firingRateCount", ({ found }) => found.firingRate.count),
      column("firingRateQ1Hz", ({ found }) => found.firingRate.q1),
      column("firingRateMedianHz", ({ found }) => found.firingRate.median),
      column("firingRateQ3Hz", ({ found }) => found.firingRate.q3),
      column("psthEvents", ({ found }) => found.psth?.events ?? null),
      ...bands.map((band) => column(`${band}MeanOverProbesUv2`, ({ found }) => meanPower(found.lfpPowerUv2, band))),
      column("caveats", ({ found }) => found.caveats.map(({ id }) => id).join(" ")),
    ]),
  );
}

function meanPower(
  powers: Readonly<Record<string, Readonly<Record<string, number | null>>>> | null,
  band: string,
): number | null {
  const values = Object.values(powers ?? {}).flatMap((power) => power[band] ?? []);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
