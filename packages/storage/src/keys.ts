import { type ByteRange, StoreError } from "@crossprobe/core";

/** A key that cannot leave its store, or the error that says why it was refused. `""` and a trailing `/` name directories. */
export function checkKey(key: string, storeUrl: string): void {
  const reason = refusal(key);
  if (reason === undefined) return;
  throw new StoreError(`the key ${JSON.stringify(key)} was refused by ${storeUrl}: ${reason}`, {
    url: storeUrl,
    hint: "keys are relative paths with `/`, without `.` and `..` parts",
  });
}

/** The address of a key below the URL of its store. */
export function urlOfKey(storeUrl: string, key: string): string {
  return storeUrl + key.split("/").map(encodeURIComponent).join("/");
}

/** Whether the key can only name a directory, which holds no bytes. */
export function isDirectoryKey(key: string): boolean {
  return key === "" || key.endsWith("/");
}

function refusal(key: string): string | undefined {
  if (key.startsWith("/")) return "it starts with a slash";
  if (key.includes("\0")) return "it contains a NUL character";
  const parts = key.split("/");
  if (parts.includes("..") || parts.includes(".")) return "it has a `.` or `..` part";
  if (parts.slice(0, -1).includes("")) return "it has an empty part";
  return undefined;
}

/** Which bytes of a value of `size` bytes a range selects: `start ≤ byte < end`, cut to the value. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Cuts a range to a value's size; without a range, everything. */
export function toSpan(range: ByteRange | undefined, size: number): Span {
  if (range === undefined) return { start: 0, end: size };
  if ("suffix" in range) return { start: Math.max(0, size - range.suffix), end: size };
  const start = Math.min(range.offset, size);
  return { start, end: Math.min(range.offset + range.length, size) };
}

/** Refuses negative and fractional ranges before anything is read. */
export function checkRange(range: ByteRange | undefined, url: string): void {
  if (range === undefined) return;
  const numbers = "suffix" in range ? [range.suffix] : [range.offset, range.length];
  if (numbers.every((value) => Number.isSafeInteger(value) && value >= 0)) return;
  throw new StoreError(
    `the byte range ${JSON.stringify(range)} of ${url} was refused: it needs whole numbers from 0 up`,
    {
      url,
    },
  );
}

/** Orders by Unicode code point. (JavaScript's own order is by UTF-16 unit, which sorts emoji before some letters.) */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return unitRank(left) - unitRank(right);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above U+FFFF, so they rank after every other unit. */
function unitRank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** An address for messages: without credentials, query and fragment, any of which may be secret. */
export function shownUrl(url: string): string {
  return url.replace(/[?#].*$/s, "").replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/]*@/i, "$1");
}
