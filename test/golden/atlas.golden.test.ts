import { readFileSync } from "node:fs";
import {
  granularityOf,
  hemisphereOf,
  mapRegion,
  ROOT_ID,
  readLateralisedId,
  regionByAcronym,
  regionById,
} from "@crossprobe/atlas";
import { readParquet } from "@crossprobe/formats/parquet";
import { MemoryStore } from "@crossprobe/storage";
import { describe, expect, it } from "vitest";
import { SHARED } from "./shared.js";

const golden = `${SHARED}/golden`;

describe.skipIf(!SHARED)("atlas against iblatlas' whole region table (needs ../shared)", () => {
  it("has every id, acronym, colour, level, parent and mapping of both halves", async () => {
    const bytes = new Uint8Array(readFileSync(`${golden}/ibl/alf/expected/regions.pqt`));
    const table = await readParquet(new MemoryStore("memory:golden", { "regions.pqt": bytes }), "regions.pqt", {}, {});
    const values = (name: string) => {
      const column = table?.columns.get(name);
      if (!column) throw new Error(`no column ${name}`);
      return [...column];
    };
    const ids = values("id").map(Number);
    const columns = new Map(
      ["acronym", "level", "order", "hexcolor", "parent", "Beryl id", "Cosmos id", "Swanson id"].map((name) => [
        name,
        values(name),
      ]),
    );
    const at = (name: string, i: number) => columns.get(name)?.[i];
    expect(ids).toHaveLength(2655);
    for (const [i, id] of ids.entries()) {
      if (id === 0) continue;
      const { region, hemisphere } = readLateralisedId(id);
      expect(hemisphere).toBe(i < 1328 ? "right" : "left");
      expect(region.acronym).toBe(at("acronym", i));
      expect(region.depth).toBe(Number(at("level", i)));
      expect(region.order).toBe(Number(at("order", i)));
      expect(`#${region.color}`).toBe(String(at("hexcolor", i)).toUpperCase());
      if (region.id !== ROOT_ID) expect(region.parentId).toBe(Math.abs(Number(at("parent", i))));
      expect(mapRegion(region, "beryl")?.id ?? ROOT_ID).toBe(Number(at("Beryl id", i)));
      expect(mapRegion(region, "cosmos")?.id ?? ROOT_ID).toBe(Number(at("Cosmos id", i)));
      expect(mapRegion(region, "swanson")?.id ?? ROOT_ID).toBe(Number(at("Swanson id", i)));
    }
  });
});

interface Mapped {
  readonly allen: string;
  readonly beryl: string;
  readonly cosmos: string;
}
interface Channel {
  readonly region: string;
  readonly regionId: number;
  readonly regionAt: Mapped;
  readonly inBrain: boolean;
  readonly ccf: { readonly ap: number; readonly dv: number; readonly ml: number };
  readonly allen: {
    readonly acronym: string | null;
    readonly structureId: number | null;
    readonly regionAt: Mapped;
  } | null;
}

describe.skipIf(!SHARED)("atlas against the truth of the Rosetta pair (needs ../shared)", () => {
  it("maps the label of every channel in both encodings", () => {
    const { probes }: { probes: Record<string, Channel[]> } = JSON.parse(
      readFileSync(`${golden}/rosetta/truth/channels.json`, "utf8"),
    );
    const channels = Object.values(probes).flat();
    expect(channels).toHaveLength(768);
    for (const channel of channels) {
      if (channel.inBrain) {
        expect(regionByAcronym(channel.region)).toBe(regionById(channel.regionId));
        expectMapped(channel.region, channel.regionAt);
        expect(hemisphereOf(channel.ccf)).toBe("left");
      }
      if (channel.allen?.acronym) {
        expect(regionByAcronym(channel.allen.acronym).id).toBe(channel.allen.structureId);
        expectMapped(channel.allen.acronym, channel.allen.regionAt);
        expect(granularityOf(regionByAcronym(channel.allen.acronym))).not.toBe("layer");
      }
    }
  });
});

function expectMapped(acronym: string, expected: Mapped): void {
  const region = regionByAcronym(acronym);
  expect(mapRegion(region, "allen")?.acronym ?? "root").toBe(expected.allen);
  expect(mapRegion(region, "beryl")?.acronym ?? "root").toBe(expected.beryl);
  expect(mapRegion(region, "cosmos")?.acronym ?? "root").toBe(expected.cosmos);
}
