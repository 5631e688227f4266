import { FormatError } from "@crossprobe/core";

/** A type string of NumPy, taken apart. Source: NumPy, "The array interface protocol", `typestr`. */
export interface Dtype {
  readonly order: "<" | ">" | "|" | "=";
  /** `b` bool, `i` `u` integers, `f` floats, `S` bytes, `U` UTF-32 text. */
  readonly kind: "b" | "i" | "u" | "f" | "S" | "U";
  /** As stated: bytes, for `U` characters. */
  readonly length: number;
}

const WIDTHS: Readonly<Record<string, readonly number[]>> = { b: [1], i: [1, 2, 4, 8], u: [1, 2, 4, 8], f: [2, 4, 8] };

const REFUSED: Readonly<Record<string, string>> = {
  O: "Python objects (they are pickled, which only Python reads)",
  V: "raw records",
  M: "datetime64 values",
  m: "timedelta64 values",
  c: "complex numbers",
  f: "extended-precision floats",
};

/** @throws FormatError for types that are not read, saying what they are */
export function parseDtype(dtype: string, at: number, url: string): Dtype {
  const match = /^([<>|=]?)([a-zA-Z])(\d{0,9})/.exec(dtype);
  const [text, order = "", kind = "", digits = ""] = match ?? [];
  const length = Number(digits);
  const isText = kind === "S" || kind === "U";
  if (text === dtype && (isText ? digits !== "" : WIDTHS[kind]?.includes(length))) {
    return { order: (order || "=") as Dtype["order"], kind: kind as Dtype["kind"], length };
  }
  const what = REFUSED[kind] ?? `elements of type ${JSON.stringify(dtype)}`;
  throw new FormatError(`${url} holds ${what} (dtype ${JSON.stringify(dtype)}), which are unsupported.`, {
    format: "npy",
    url,
    at,
    hint: kind === "O" ? "Save the values in Python with a numeric or fixed text type." : undefined,
  });
}

/** Bytes of one element. */
export function itemSizeOf(dtype: string, at: number, url: string): number {
  const { kind, length } = parseDtype(dtype, at, url);
  return kind === "U" ? length * 4 : length;
}
