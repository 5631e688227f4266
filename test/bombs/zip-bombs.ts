import { constants, crc32, deflateRawSync } from "node:zlib";

const MIB = 2 ** 20;

/** Deflated zeros of so many MiB, made of one piece again and again. */
export function deflatedZeros(mebibytes: number): Uint8Array {
  const piece = deflateRawSync(new Uint8Array(16 * MIB), { finishFlush: constants.Z_FULL_FLUSH });
  const last = Buffer.of(3, 0);
  return new Uint8Array(Buffer.concat([...Array<Buffer>(mebibytes / 16).fill(piece), last]));
}

/** The same as zlib data, whose checksum is left out: nobody should get that far. */
export function zlibZeros(mebibytes: number): Uint8Array {
  return new Uint8Array(Buffer.concat([Buffer.of(0x78, 0x9c), deflatedZeros(mebibytes)]));
}

interface Member {
  readonly name: string;
  readonly stored: Uint8Array;
  readonly isDeflated: boolean;
  /** Bytes that it is said to stand for. */
  readonly claims: number;
  /** Of its local header; after the member before, unless given. */
  readonly offset?: number;
}

/** An archive that says of its members whatever it is told to say. */
export function archive(members: readonly Member[], claimedCount = members.length): Uint8Array {
  const [local, central]: [Buffer[], Buffer[]] = [[], []];
  let length = 0;
  for (const { name, stored, isDeflated, claims, offset } of members) {
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0);
    head.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(isDeflated ? 8 : 0, 10);
    entry.writeUInt32LE(crc32(stored), 16);
    entry.writeUInt32LE(stored.length, 20);
    entry.writeUInt32LE(claims, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset ?? length, 42);
    central.push(entry, Buffer.from(name));
    if (offset !== undefined) continue;
    local.push(head, Buffer.from(name), Buffer.from(stored));
    length += head.length + name.length + stored.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(claimedCount, 8);
  end.writeUInt16LE(claimedCount, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(length, 16);
  return new Uint8Array(Buffer.concat([...local, directory, end]));
}
