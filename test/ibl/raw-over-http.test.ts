import { ref } from "@crossprobe/core";
import { openRawSource } from "@crossprobe/ibl-adapter/raw";
import { createStores } from "@crossprobe/storage";
import { expect, it } from "vitest";
import { serveFolder } from "../conformance/http-folder.js";
import { compress, encode, metaText, randomRows, rawFixture } from "./raw-files.js";

/** A server's folder as a data server has it: ids in the names, `imec00` for some. */
it("reads a raw recording over HTTP by the ranges of its chunks", async () => {
  const rows = randomRows(300, 5);
  const { cbin, ch } = compress(rows);
  const offsets = ch.chunk_offsets as number[];
  const folder = "raw_ephys_data/probe00/_spikeglx_ephysData_g0_t0";
  const id = (digit: number) => `${digit}0c425fd-ec3e-4cd2-b8af-c0bc0c4bdd44`;
  const clock = rawFixture("_spikeglx_ephysData_g0_t0.imec0.timestamps.npy");
  const entries = new Map([
    [`${folder}.imec0.lf.${id(1)}.cbin`, cbin],
    [`${folder}.imec0.lf.${id(2)}.ch`, encode(JSON.stringify(ch))],
    [`${folder}.imec00.lf.${id(3)}.meta`, encode(metaText())],
    [`${folder}.imec00.timestamps.${id(4)}.npy`, clock],
  ]);
  const server = await serveFolder(entries);
  try {
    const selection = { label: "probe00", band: "lf" } as const;
    const store = createStores().open(server.url);
    const source = await openRawSource(store, entries.keys(), selection, ref("ibl", "probe", "a"));
    expect(server.requests.filter((request) => request.startsWith("GET") && request.includes(".cbin"))).toEqual([]);
    const { data, times } = await source.read({ samples: [150, 210], channels: [3] });
    const volts = Math.fround(Math.fround(1 / 250) * Math.fround(0.6 / 512));
    expect([...data.data]).toEqual(rows.slice(150, 210).map((row) => Math.fround((row[3] ?? 0) * volts)));
    expect(times[0]).toBeGreaterThan(0);
    const ranges = server.requests.filter((request) => request.includes(".cbin") && request.startsWith("GET"));
    expect(ranges.map((request) => request.split(" ").at(-1))).toEqual([
      `bytes=${offsets[1]}-${(offsets[2] ?? 0) - 1}`,
      `bytes=${offsets[2]}-${(offsets[3] ?? 0) - 1}`,
    ]);
  } finally {
    await server.close();
  }
});
