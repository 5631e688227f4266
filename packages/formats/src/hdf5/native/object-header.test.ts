import { describe, expect, it } from "vitest";
import { FakeStore } from "../../../test/hdf5-stores.js";
import { Damage } from "./damage.js";
import { FileBlocks } from "./file-blocks.js";
import { FileBytes } from "./file-bytes.js";
import { readObjectHeader } from "./object-header.js";

/** A version 1 header that says how many messages it has, and has those given: `[type, ...body]`. */
function fileWith(declared: number, messages: readonly (readonly number[])[]): FileBytes {
  const body = messages.flatMap(([type = 0, ...bytes]) => [type, 0, bytes.length, 0, 0, 0, 0, 0, ...bytes]);
  const bytes = Uint8Array.of(1, 0, declared, 0, 1, 0, 0, 0, body.length, 0, 0, 0, 0, 0, 0, 0, ...body);
  const store = new FakeStore({ "a.h5": bytes });
  const blocks = new FileBlocks({ store, key: "a.h5", url: "memory:files/a.h5", size: bytes.length });
  return new FileBytes(blocks, { base: 0, widths: { offsets: 8, lengths: 8 } }, undefined);
}

const NIL = [0];
/** To a block that lies past the end of the file. */
const CONTINUATION = [0x10, ...[0, 0, 1, 0, 0, 0, 0, 0], ...[24, 0, 0, 0, 0, 0, 0, 0]];

describe("readObjectHeader", () => {
  it("holds a header to the messages that it says it has", async () => {
    await expect(readObjectHeader(fileWith(2, [NIL, NIL]), 0)).resolves.toMatchObject({ messages: [] });
    await expect(readObjectHeader(fileWith(3, [NIL, NIL]), 0)).rejects.toThrow("2 messages instead of 3");
  });

  it("stops at the first message too many, before it follows where those lead", async () => {
    const tooMany = readObjectHeader(fileWith(1, [CONTINUATION, NIL]), 0);
    await expect(tooMany).rejects.toThrow(Damage);
    await expect(tooMany).rejects.toThrow("more than its 1 messages");
  });
});
