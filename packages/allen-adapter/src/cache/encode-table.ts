import type { Dtype, ProjectTable } from "./project-table.js";

/**
 * A table as AllenSDK writes it to disk: comma, `\n`, identifiers first, nothing where a value is absent, `True` and `False`, whole numbers of
 * a column of floats with `.0`.
 *
 * Source: `DataFrame.to_csv` of pandas; a table of the release, read and written, is the same byte for byte.
 *
 * @param table columns of the file, such as those of `readTable`: the returned tables have others
 */
export function encodeProjectTable({ table, dtypes }: Pick<ProjectTable, "table" | "dtypes">): string {
  const columns = [...table.columns].map(([name, values]) => {
    const encode = encoderOf(dtypes.get(name) ?? "object");
    return { name, textAt: (row: number) => encode(values[row]) };
  });
  const lines = [columns.map(({ name }) => quoted(name)).join(",")];
  for (let row = 0; row < table.rowCount; row++) lines.push(columns.map(({ textAt }) => textAt(row)).join(","));
  return `${lines.join("\n")}\n`;
}

function encoderOf(dtype: Dtype): (value: unknown) => string {
  if (dtype === "float64") return (value) => (typeof value === "number" ? pythonFloat(value) : "");
  if (dtype === "int64") return (value) => (typeof value === "number" ? String(value) : "");
  return (value) => {
    if (value === null || value === undefined || Number.isNaN(value)) return "";
    if (typeof value === "boolean") return value ? "True" : "False";
    return quoted(String(value));
  };
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The shortest text that reads back to the same float, as Python writes it: with a point or an exponent, which is below -4 or from 16 on. */
export function pythonFloat(value: number): string {
  if (Number.isNaN(value)) return "";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Object.is(value, -0)) return "-0.0";
  const [digits = "", power = "0"] = value.toExponential().split("e");
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) {
    return `${digits}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  // JavaScript writes an exponent only below 1e-6 and from 1e21 on.
  const plain = String(value);
  return plain.includes(".") ? plain : `${plain}.0`;
}
