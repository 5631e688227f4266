import { allen } from "@crossprobe/allen-adapter";
import { buildCatalogue } from "@crossprobe/catalogue";
import { type AdapterPlugin, createHub, type Hub, parseQuestion, ROW_KINDS } from "@crossprobe/core";
import { ibl } from "@crossprobe/ibl-adapter";
import { createStores } from "@crossprobe/storage/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DrawnDataset, DrawnProbe, DrawnSession } from "./drawn-source.js";
import { expectTrue } from "./expect-true.js";

const SAMPLES = new URL("../../samples/", import.meta.url).href;

/** Rows as the adapters give them; what a probe does not have, it has no rows of. */
async function read(hub: Hub, plugin: AdapterPlugin): Promise<DrawnDataset> {
  const rowsOf = async <Row>(table: Promise<{ readonly rows: readonly Row[] }>) =>
    table.then(
      ({ rows }) => rows,
      () => [],
    );
  const sessions: DrawnSession[] = [];
  for await (const session of hub.sessions({ dataset: plugin.id })) {
    const probes: DrawnProbe[] = [];
    for (const probe of await hub.probes(session.ref)) {
      const [channels, units] = [await rowsOf(hub.channels(probe.ref)), await rowsOf(hub.unitTable(probe.ref))];
      probes.push({ probe, channels, units, notices: [], fingerprint: null });
    }
    sessions.push({ session, probes });
  }
  return { plugin, release: (await hub.describe(plugin.id)).release, notices: [], sessions };
}

describe("the embedded samples", () => {
  const hub = createHub({
    stores: createStores(),
    adapters: [ibl({ sources: [`${SAMPLES}ibl/`] }), allen({ caches: [`${SAMPLES}allen/`] })],
  });
  let datasets: readonly DrawnDataset[];
  beforeAll(async () => {
    datasets = await Promise.all(hub.datasets().map((plugin) => read(hub, plugin)));
  });
  afterAll(() => hub.dispose());

  it("are in a catalogue row by row, whatever is asked", async () => {
    const catalogue = await buildCatalogue(hub);
    for (const kind of ROW_KINDS) {
      expect(await expectTrue(catalogue, parseQuestion({ kind }), datasets)).toBeGreaterThan(0);
      for (const region of ["CA1", "TH", "VISp", "grey"]) {
        for (const policy of ["strict", "possible"])
          await expectTrue(catalogue, parseQuestion({ kind, policy, where: [{ inRegion: { region } }] }), datasets);
      }
    }
    const groupBy = ["dataset", "region"];
    for (const mapping of ["allen", "beryl", "cosmos"]) {
      const question = {
        kind: "units",
        groupBy,
        mapping,
        where: [{ rule: "default" }],
        summaries: [{ of: "firingRate", statistic: "median" }],
      };
      await expectTrue(catalogue, parseQuestion(question), datasets);
    }
  });

  it("are read again in part only where something changed: here nothing", async () => {
    const previous = await buildCatalogue(hub);
    const asked: string[] = [];
    const watched = {
      datasets: () => hub.datasets(),
      describe: hub.describe.bind(hub),
      sessions: hub.sessions.bind(hub),
      probes: hub.probes.bind(hub),
      fingerprints: hub.fingerprints.bind(hub),
      channels: (...args: Parameters<Hub["channels"]>) => {
        asked.push(args[0].id);
        return hub.channels(...args);
      },
      unitTable: (...args: Parameters<Hub["unitTable"]>) => {
        asked.push(args[0].id);
        return hub.unitTable(...args);
      },
    };
    const again = await buildCatalogue(watched, { previous });
    expect(again.datasets()).toEqual(previous.datasets());
    expect(asked).toEqual([]);
  });
});
