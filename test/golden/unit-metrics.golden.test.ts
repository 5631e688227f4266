import { readFileSync } from "node:fs";
import { ALLEN_DEFAULT, ALLEN_METRICS, allen } from "@crossprobe/allen-adapter";
import { metricsOfUnit, nativeMetric, recomputable, recomputeMetrics } from "@crossprobe/analysis";
import { createHub, evaluateRule, formatRef, type Hub, type ProbeRef } from "@crossprobe/core";
import { IBL_GOOD, IBL_METRICS, ibl } from "@crossprobe/ibl-adapter";
import { createStores } from "@crossprobe/storage/node";
import { afterAll, describe, expect, it } from "vitest";
import { SHARED } from "./shared.js";

interface TrueUnit {
  readonly allenUnitId: number;
  readonly allenQuality: string;
  readonly iblCluster: number;
  readonly probe: "A" | "B";
  readonly isGoodByIbl: boolean;
  readonly isGoodByAllenProject: boolean;
  readonly allenMetrics: Readonly<Record<string, number>>;
}

const ROSETTA = `file://${SHARED}/golden/rosetta`;
const TOLERANCE = 1e-9;

describe.skipIf(!SHARED)(
  "metrics recomputed from the spikes of one truth in two encodings (../shared/golden/rosetta)",
  () => {
    const hub: Hub = createHub({
      stores: createStores(),
      adapters: [ibl({ sources: [`${ROSETTA}/ibl/`] }), allen({ caches: [`${ROSETTA}/allen/`] })],
    });
    afterAll(() => hub.dispose());

    const truth = (): readonly TrueUnit[] =>
      (JSON.parse(readFileSync(new URL(`${ROSETTA}/truth/units.json`), "utf8")) as { units: TrueUnit[] }).units;
    const probesOf = async (dataset: string): Promise<readonly ProbeRef[]> => {
      const probes: ProbeRef[] = [];
      for await (const session of hub.sessions({ dataset })) {
        probes.push(...(await hub.probes(session.ref)).map(({ ref }) => ref));
      }
      return probes;
    };
    /** Verdicts and metrics, recomputed by the definitions of both, by the unit's number in its source. */
    const everyUnit = async (dataset: string) => {
      const found = new Map<string, Readonly<Record<string, number | null>>>();
      for (const [index, probe] of (await probesOf(dataset)).entries()) {
        const metrics = await recomputeMetrics(hub, probe);
        for (const [i, { id }] of metrics.units.entries()) {
          found.set(dataset === "ibl" ? `${index}/${id.split("/")[1]}` : id, metricsOfUnit(metrics, i));
        }
      }
      return found;
    };

    it.each([
      // Its rates are spikes over 296 s there, over first to last spike by the definition.
      ["allen", ALLEN_METRICS, ["allen.firing_rate"]],
      ["ibl", IBL_METRICS, []],
    ] as const)("gives what the tables of %s state", async (dataset, definitions, others) => {
      for (const probe of await probesOf(dataset)) {
        const table = await hub.unitTable(probe);
        const wanted = recomputable(definitions).filter(({ id }) => !others.some((other) => other === id));
        const { columns, units } = await recomputeMetrics(hub, probe, { definitions: wanted });
        expect(units.map(formatRef)).toEqual(table.rows.map(({ ref }) => formatRef(ref)));
        for (const definition of wanted) {
          const [stated, found] = [nativeMetric(table, definition).values, columns.get(definition.id)?.values ?? []];
          expect(
            found.map((value) => value === null),
            definition.id,
          ).toEqual(stated.map((value) => value === null));
          const worst = stated.map(
            (value, i) => Math.abs((value ?? 0) - (found[i] ?? 0)) / Math.max(1, Math.abs(value ?? 0)),
          );
          expect(Math.max(...worst), definition.id).toBeLessThan(TOLERANCE);
        }
      }
    });

    it("gives Allen's metrics and both rules for either encoding, as the truth says", async () => {
      const [fromIbl, fromAllen] = [await everyUnit("ibl"), await everyUnit("allen")];
      let compared = 0;
      for (const unit of truth()) {
        const viaIbl = fromIbl.get(`${unit.probe === "A" ? 0 : 1}/${unit.iblCluster}`);
        const viaAllen = fromAllen.get(String(unit.allenUnitId));
        for (const metrics of [viaIbl, ...(unit.allenQuality === "good" ? [viaAllen] : [])]) {
          if (metrics === undefined) expect.fail(`no metrics of unit ${unit.allenUnitId}`);
          for (const [name, value] of Object.entries(unit.allenMetrics)) {
            expect(Math.abs((metrics[`allen.${name}`] ?? Number.NaN) - value), name).toBeLessThan(TOLERANCE);
          }
          expect(evaluateRule(IBL_GOOD, metrics)).toBe(unit.isGoodByIbl);
          if (unit.allenQuality === "good")
            expect(evaluateRule(ALLEN_DEFAULT, metrics)).toBe(unit.isGoodByAllenProject);
          compared++;
        }
      }
      expect(compared).toBe(108 + 106);
    });
  },
);

describe("definitions of both datasets", () => {
  const all = [...ALLEN_METRICS, ...IBL_METRICS];
  const ids = new Set(all.map(({ id }) => id));

  it("name cousins that are defined, and that name them in turn", () => {
    for (const { id, cousins } of all) {
      for (const cousin of cousins) {
        expect(ids.has(cousin.id), `${id} names ${cousin.id}`).toBe(true);
        const back = all.find((other) => other.id === cousin.id)?.cousins.some((other) => other.id === id);
        expect(back, `${cousin.id} names ${id}`).toBe(true);
      }
    }
  });
});
