import { PARQUET_BOMBS } from "./parquet-bombs.js";
import { archive, deflatedZeros, zlibZeros } from "./zip-bombs.js";

/** A file that stands, or says that it stands, for far more than it is. */
export interface Bomb {
  readonly name: string;
  /** What opens it: see `open-bombs.mjs`. */
  readonly kind: string;
  readonly bytes: () => Uint8Array;
  /** What the refusal names: the claim and the limit. */
  readonly says: RegExp;
}

const GIB = 2 ** 30;
const zeros = (mebibytes: number) => ({ name: "x", stored: deflatedZeros(mebibytes), isDeflated: true });
const encode = (text: string) => new TextEncoder().encode(text);

function npy(dictionary: string, version = 1): Uint8Array {
  const text = Buffer.from(dictionary.padEnd(dictionary.length + 63 - ((dictionary.length + 10) % 64)).concat("\n"));
  const head = Buffer.from([0x93, ...encode("NUMPY"), version, 0, 0, 0]);
  head.writeUInt16LE(text.length, 8);
  return new Uint8Array(Buffer.concat([head, text]));
}

const shaped = (shape: string, type = "<f8") =>
  npy(`{'descr': '${type}', 'fortran_order': False, 'shape': ${shape}, }`);

/** Names of so many columns. */
const columns = (count: number) => Array.from({ length: count }, (_, i) => i).join(",");

/** Archives in archives: the innermost member is 1 GiB of zeros that claims 10 bytes. */
function nested(depth: number): Uint8Array {
  let inner = archive([{ ...zeros(1024), claims: 10 }]);
  for (let i = 0; i < depth; i++)
    inner = archive([{ name: "x", stored: inner, isDeflated: false, claims: inner.length }]);
  return inner;
}

/** Grey image of 16 384 × 16 384 pixels, all of them missing. Source: TIFF 6.0, section 2. */
function tiff(): Uint8Array {
  const tags = [[256, 16384], [257, 16384], [258, 8], [259, 1], [262, 1], [273, 8], [277, 1], [278, 16384], [279, 1]]; // biome-ignore format: a table
  const file = Buffer.alloc(8 + 2 + tags.length * 12 + 4);
  file.write("II*\0", 0, "latin1");
  file.writeUInt32LE(8, 4);
  file.writeUInt16LE(tags.length, 8);
  tags.forEach(([tag = 0, value = 0], i) => {
    file.writeUInt16LE(tag, 10 + i * 12);
    file.writeUInt16LE(4, 12 + i * 12);
    file.writeUInt32LE(1, 14 + i * 12);
    file.writeUInt32LE(value, 18 + i * 12);
  });
  return new Uint8Array(file);
}

export const BOMBS: readonly Bomb[] = [
  {
    name: "an array of 2^51 numbers",
    kind: "npy",
    bytes: () => shaped("(2147483648, 1048576)"),
    says: /claims 2251799813685248 elements.*limit/,
  },
  {
    name: "an array of 10^9 numbers without one of them",
    kind: "npy",
    bytes: () => shaped("(1000000000,)"),
    says: /is 128 bytes long, but.*says 8000000128/,
  },
  {
    name: "10^9 texts of no length",
    kind: "npy",
    bytes: () => shaped("(1000000000,)", "|S0"),
    says: /claims 1000000000 elements.*limit/,
  },
  {
    name: "an array of 20 000 axes",
    kind: "npy",
    bytes: () => shaped(`(${"1,".repeat(20_000)})`),
    says: /20000 axes, the limit is 64/,
  },
  {
    name: "a header of 4 GB",
    kind: "npy-header",
    bytes: () => Uint8Array.from([0x93, ...encode("NUMPY"), 2, 0, 255, 255, 255, 255, 1, 2, 3]),
    says: /header claims 4294967295 bytes, the limit/,
  },
  {
    name: "a member of 1 GiB that claims 10 bytes",
    kind: "zip",
    bytes: () => archive([{ ...zeros(1024), claims: 10 }]),
    says: /cannot|more than 10 bytes/,
  },
  {
    name: "a member of 1 GiB that claims 64 MiB",
    kind: "zip",
    bytes: () => archive([{ ...zeros(1024), claims: 2 ** 26 }]),
    says: /more than 67108864 bytes/,
  },
  {
    name: "a member of 2 GiB, as it says",
    kind: "zip",
    bytes: () => archive([{ ...zeros(2048), claims: 2 * GIB }]),
    says: /stands for 2147483648 bytes, the limit is 1073741824/,
  },
  {
    name: "100 bytes that claim to be 900 MB",
    kind: "zip",
    bytes: () => archive([{ name: "x", stored: new Uint8Array(100), isDeflated: true, claims: 9e8 }]),
    says: /100 bytes cannot stand for 900000000/,
  },
  {
    name: "a thousand members in one another",
    kind: "zip",
    bytes: () => {
      const first = { ...zeros(16), claims: 2 ** 24 };
      return archive([first, ...Array.from({ length: 999 }, (_, i) => ({ ...first, name: `x${i}`, offset: 0 }))]);
    },
    says: /a member reaches to byte/,
  },
  {
    name: "65 534 members of which one is there",
    kind: "zip",
    bytes: () => archive([{ ...zeros(16), claims: 2 ** 24 }], 65_534),
    says: /ends after 1 of 65534 members/,
  },
  { name: "archives in archives", kind: "zip-nested", bytes: () => nested(4), says: /more than 10 bytes/ },
  {
    name: "a deflated chunk of 1 GiB for 64 KiB",
    kind: "inflate",
    bytes: () => zlibZeros(1024),
    says: /more than 65536 bytes/,
  },
  {
    name: "65 000 columns, and 200 000 rows without a value",
    kind: "csv",
    bytes: () => encode(`${columns(65_000)}${"\n".repeat(200_000)}x\n`),
    says: /a row has 1 values where the header has 65000/,
  },
  {
    name: "the same, read by columns",
    kind: "csv-columns",
    bytes: () => encode(`${columns(65_000)}${"\n".repeat(200_000)}x\n`),
    says: /a row has 1 values where the header has 65000/,
  },
  {
    name: "a header of 200 000 columns",
    kind: "csv",
    bytes: () => encode(`${columns(200_000)}\n`),
    says: /200000 columns, the limit is 65536/,
  },
  {
    name: "JSON nested 100 000 deep, with a NaN",
    kind: "json",
    bytes: () => encode(`${"[".repeat(100_000)}NaN${"]".repeat(100_000)}`),
    says: /deeper than the limit of 1000/,
  },
  {
    name: "a text with a million escapes that does not end",
    kind: "json",
    bytes: () => encode(`[NaN,"${'\\"'.repeat(1_000_000)}`),
    says: /is not JSON|text/,
  },
  { name: "an image of pixels that are not there", kind: "tiff", bytes: tiff, says: /16384 × 16384 pixels.*limit/ },
  ...PARQUET_BOMBS,
];
