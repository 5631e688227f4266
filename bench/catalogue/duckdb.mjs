// The same questions to DuckDB on the same Parquet file; prints one JSON object. Usage: duckdb.mjs <file> <rounds> <first> <last>
//
// Values are taken as typed vectors, chunk by chunk: getColumnsJS would make an object of each.
import { DuckDBInstance, version } from "@duckdb/node-api";
import { peakBytes, times } from "./times.mjs";

const [file, rounds, firstOrder, lastOrder] = process.argv.slice(2);
const instance = await DuckDBInstance.create(":memory:");
const connection = await instance.connect();
const wanted = `kind = 'unit' AND "regionOrder" BETWEEN ${firstOrder} AND ${lastOrder}`;

const begin = performance.now();
let rows = await count(`SELECT * FROM read_parquet('${file}') WHERE ${wanted}`);
const first = performance.now() - begin;
const cold = await times(Number(rounds), async () => {
  rows = await count(`SELECT * FROM read_parquet('${file}') WHERE ${wanted}`);
});
await connection.run(`CREATE TABLE units AS SELECT * FROM read_parquet('${file}') WHERE kind = 'unit'`);
const warm = await times(Number(rounds), () => count(`SELECT * FROM units WHERE ${wanted}`));
let groups = [];
const groupBy = await times(Number(rounds), async () => {
  const reader = await connection.runAndReadAll(
    'SELECT dataset, region, median("firingRate") AS rate, median("spikeCount"), median("distanceFromTipUm") FROM units GROUP BY ALL',
  );
  groups = reader.getRows();
});
const check = groups.reduce((sum, [, region, rate]) => sum + (region === null ? 0 : (rate ?? 0)), 0);
const peakMB = peakBytes() / 1e6;
console.log(
  JSON.stringify({ version: version(), first, cold, warm, groupBy, rows, groups: groups.length, check, peakMB }),
);

async function count(sql) {
  const result = await connection.stream(sql);
  let found = 0;
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    for (let i = 0; i < chunk.columnCount; i++) chunk.getColumnVector(i);
    found += chunk.rowCount;
  }
  return found;
}
