import type { Cell, WarehouseTable } from "@crossprobe/allen-adapter/warehouse";
import { expect } from "vitest";

interface GoldenTable {
  readonly columns: readonly string[];
  readonly rowCount: number;
  readonly index: { readonly name: string; readonly values: readonly unknown[] };
  readonly data?: Readonly<Record<string, readonly unknown[]>>;
}

/**
 * Columns in order, and every cell. Texts that hold a number equal the number: AllenSDK reads those of some columns so.
 *
 * @param isWhole whether the golden table has every column
 */
export function expectTable(table: WarehouseTable | undefined, golden: unknown, isWhole = true): void {
  const { columns, rowCount, index, data } = golden as GoldenTable;
  const names = [...(table?.columns.keys() ?? [])];
  expect(isWhole ? names : names.filter((name) => name === index.name || columns.includes(name))).toEqual([
    index.name,
    ...columns,
  ]);
  expect(table?.rowCount).toBe(rowCount);
  for (const [name, values] of Object.entries({ ...data, [index.name]: index.values })) {
    expect(
      table?.columns.get(name)?.map((cell, row) => asGolden(cell, values[row])),
      name,
    ).toEqual(values);
  }
}

function asGolden(cell: Cell, golden: unknown): unknown {
  return typeof golden === "number" && typeof cell === "string" ? Number(cell) : cell;
}
