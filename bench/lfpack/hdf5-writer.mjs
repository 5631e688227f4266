// Writes HDF5 files with the structures that h5py gives LFPack archives: superblock 0, symbol tables of version 1, object headers of
// version 1 with continuations, arrays in shuffled and deflated chunks under B-trees of version 1. No library writes all of these from
// Node, and 360 000 groups take minutes elsewhere.
import { closeSync, openSync, writeSync } from "node:fs";
import { deflateSync } from "node:zlib";
import { padded, text } from "./hdf5-types.mjs";

const UNDEFINED = 0xffffffffffffffffn;
const BUFFER_BYTES = 16 * 2 ** 20;
const SUPERBLOCK_BYTES = 96;
const LEAF_ENTRIES = 8;
const TREE_CHILDREN = 32;
const CHUNK_TREE_CHILDREN = 64;
/** Names that land in one symbol table node; splits leave h5py's half full. */
const USED_LEAF_ENTRIES = 5;
const MESSAGE = {
  dataspace: 1,
  datatype: 3,
  fill: 5,
  layout: 8,
  filters: 11,
  attribute: 12,
  continuation: 16,
  symbols: 17,
};

export class Hdf5Writer {
  #file;
  #buffer = Buffer.alloc(BUFFER_BYTES);
  /** Address of the buffer's first byte. */
  #base = 0;
  #used = 0;

  constructor(path) {
    this.#file = openSync(path, "w");
    this.allocate(SUPERBLOCK_BYTES);
  }

  /** Address of so many bytes of zeros, to be written later. */
  allocate(bytes) {
    const address = this.#base + this.#used;
    const size = bytes + (-bytes & 7);
    if (this.#used + size > BUFFER_BYTES) {
      this.#flush();
      return this.#allocateEmpty(size);
    }
    this.#buffer.fill(0, this.#used, this.#used + size);
    this.#used += size;
    return address;
  }

  #allocateEmpty(size) {
    const address = this.#base;
    if (size > BUFFER_BYTES) this.#buffer = Buffer.alloc(size);
    else this.#buffer.fill(0, 0, size);
    this.#used = size;
    return address;
  }

  #flush() {
    writeSync(this.#file, this.#buffer, 0, this.#used, this.#base);
    this.#base += this.#used;
    this.#used = 0;
    if (this.#buffer.length > BUFFER_BYTES) this.#buffer = Buffer.alloc(BUFFER_BYTES);
  }

  put(address, bytes) {
    if (address >= this.#base) bytes.copy(this.#buffer, address - this.#base);
    else writeSync(this.#file, bytes, 0, bytes.length, address);
    return address;
  }

  append(bytes) {
    return this.put(this.allocate(bytes.length), bytes);
  }

  /** Address of an array in shuffled and deflated chunks; see {@link encodeArray}. */
  chunkedArray(encoded, attributes = []) {
    const { shape, chunk, type } = encoded;
    const keyBytes = 8 + 8 * (shape.length + 1);
    const entries = encoded.parts.map(({ bytes, origin }) => {
      const key = Buffer.alloc(keyBytes);
      key.writeUInt32LE(bytes.length, 0);
      origin.forEach((offset, axis) => {
        key.writeBigUInt64LE(BigInt(offset), 8 + 8 * axis);
      });
      return { key, child: this.append(bytes) };
    });
    const end = Buffer.alloc(keyBytes);
    end.writeBigUInt64LE(BigInt(Math.ceil(shape[0] / chunk[0]) * chunk[0]), 8);
    const tree = this.#tree(1, CHUNK_TREE_CHILDREN, entries, end);
    const layout = Buffer.alloc(11 + 4 * (chunk.length + 1));
    layout.set([3, 2, chunk.length + 1]);
    layout.writeBigUInt64LE(BigInt(tree), 3);
    [...chunk, type.size].forEach((length, axis) => {
      layout.writeUInt32LE(length, 11 + 4 * axis);
    });
    return this.#arrayHeader(encoded, layout, [{ type: MESSAGE.filters, body: filters(type.size) }], attributes);
  }

  /** Address of an array in one piece, without filters. */
  contiguousArray({ shape, type, bytes }, attributes = []) {
    const layout = Buffer.alloc(18);
    layout.set([3, 1]);
    layout.writeBigUInt64LE(bytes.length === 0 ? UNDEFINED : BigInt(this.append(bytes)), 2);
    layout.writeBigUInt64LE(BigInt(bytes.length), 10);
    return this.#arrayHeader({ shape, type }, layout, [], attributes);
  }

  #arrayHeader({ shape, type }, layout, more, attributes) {
    return this.header([
      { type: MESSAGE.dataspace, body: dataspace(shape) },
      { type: MESSAGE.datatype, body: type.message },
      { type: MESSAGE.fill, body: Buffer.from([2, 3, 2, 1, 0, 0, 0, 0]) },
      { type: MESSAGE.layout, body: layout },
      ...more,
      ...attributes,
    ]);
  }

  /** An object header; what follows `inFirstBlock` messages goes to a continuation. */
  header(messages, inFirstBlock = messages.length) {
    const first = messages.slice(0, inFirstBlock).map(encodeMessage);
    const rest = Buffer.concat(messages.slice(inFirstBlock).map(encodeMessage));
    if (rest.length > 0) {
      const body = Buffer.alloc(16);
      body.writeBigUInt64LE(BigInt(this.append(rest)), 0);
      body.writeBigUInt64LE(BigInt(rest.length), 8);
      first.push(encodeMessage({ type: MESSAGE.continuation, body }));
    }
    const block = Buffer.concat(first);
    const head = Buffer.alloc(16);
    head[0] = 1;
    head.writeUInt16LE(messages.length + (rest.length > 0 ? 1 : 0), 2);
    head.writeUInt32LE(1, 4);
    head.writeUInt32LE(block.length, 8);
    return this.append(Buffer.concat([head, block]));
  }

  /** Addresses for the symbol table nodes of a group with so many members, for {@link group}. */
  nodesFor(memberCount) {
    return { wanted: Math.ceil(memberCount / USED_LEAF_ENTRIES), addresses: [] };
  }

  reserveNode(nodes) {
    if (nodes.addresses.length < nodes.wanted) nodes.addresses.push(this.allocate(8 + 40 * LEAF_ENTRIES));
  }

  /**
   * Address of a group.
   *
   * @param members name -> address of an object header
   * @param nodes from {@link nodesFor}; nodes that were not reserved lie with the group
   */
  group(members, attributes = [], nodes = this.nodesFor(members.size)) {
    const names = [...members.keys()].sort((a, b) => (a < b ? -1 : 1));
    const { heap, offsets } = this.#localHeap(names);
    const entries = [];
    let key = offset(0);
    for (let at = 0; at < names.length; at += USED_LEAF_ENTRIES) {
      const some = names.slice(at, at + USED_LEAF_ENTRIES);
      const node = Buffer.alloc(8 + 40 * LEAF_ENTRIES);
      node.write("SNOD\x01", "latin1");
      node.writeUInt16LE(some.length, 6);
      some.forEach((name, i) => {
        node.writeBigUInt64LE(BigInt(offsets.get(name)), 8 + 40 * i);
        node.writeBigUInt64LE(BigInt(members.get(name)), 16 + 40 * i);
      });
      entries.push({ key, child: this.put(nodes.addresses.shift() ?? this.allocate(node.length), node) });
      key = offset(offsets.get(some.at(-1)));
    }
    const tree = this.#tree(0, TREE_CHILDREN, entries, key);
    const body = Buffer.alloc(16);
    body.writeBigUInt64LE(BigInt(tree), 0);
    body.writeBigUInt64LE(BigInt(heap), 8);
    const address = this.header([{ type: MESSAGE.symbols, body }, ...attributes], 1);
    return { address, tree, heap };
  }

  #localHeap(names) {
    const offsets = new Map();
    const parts = [Buffer.alloc(8)];
    let length = 8;
    for (const name of names) {
      const bytes = padded(Buffer.from(`${name}\0`));
      offsets.set(name, length);
      parts.push(bytes);
      length += bytes.length;
    }
    const head = Buffer.alloc(32);
    head.write("HEAP", "latin1");
    head.writeBigUInt64LE(BigInt(length), 8);
    head.writeBigUInt64LE(1n, 16);
    head.writeBigUInt64LE(BigInt(this.append(Buffer.concat(parts))), 24);
    return { heap: this.append(head), offsets };
  }

  /** A B-tree of version 1 over entries `{ key, child }`, `end` being the key after the last. */
  #tree(type, children, entries, end) {
    let [level, row] = [0, entries];
    for (;;) {
      const nodes = [];
      const count = Math.max(1, Math.ceil(row.length / children));
      const size = 24 + children * 8 + (children + 1) * end.length;
      const addresses = Array.from({ length: count }, () => this.allocate(size));
      addresses.forEach((address, i) => {
        const [from, to] = [Math.floor((i * row.length) / count), Math.floor(((i + 1) * row.length) / count)];
        const some = row.slice(from, to);
        const node = Buffer.alloc(size);
        node.write("TREE", "latin1");
        node.set([type, level], 4);
        node.writeUInt16LE(some.length, 6);
        node.writeBigUInt64LE(i === 0 ? UNDEFINED : BigInt(addresses[i - 1]), 8);
        node.writeBigUInt64LE(i === count - 1 ? UNDEFINED : BigInt(addresses[i + 1]), 16);
        let at = 24;
        for (const { key, child } of some) {
          key.copy(node, at);
          node.writeBigUInt64LE(BigInt(child), at + end.length);
          at += end.length + 8;
        }
        (row[to]?.key ?? end).copy(node, at);
        this.put(address, node);
        nodes.push({ key: some[0]?.key ?? end, child: address });
      });
      if (nodes.length === 1) return addresses[0];
      [level, row] = [level + 1, nodes];
    }
  }

  /** Texts in one global heap collection: what an attribute of type `text` holds. */
  texts(values) {
    const items = values.map((value) => Buffer.from(value));
    const size = Math.max(4096, 16 + items.reduce((sum, item) => sum + 16 + item.length + (-item.length & 7), 0) + 16);
    const collection = Buffer.alloc(size + (-size & 7));
    collection.write("GCOL\x01", "latin1");
    collection.writeBigUInt64LE(BigInt(collection.length), 8);
    const address = this.allocate(collection.length);
    const references = Buffer.alloc(16 * items.length);
    let at = 16;
    items.forEach((item, i) => {
      collection.writeUInt16LE(i + 1, at);
      collection.writeUInt16LE(1, at + 2);
      collection.writeBigUInt64LE(BigInt(item.length), at + 8);
      item.copy(collection, at + 16);
      at += 16 + item.length + (-item.length & 7);
      references.writeUInt32LE(item.length, 16 * i);
      references.writeBigUInt64LE(BigInt(address), 16 * i + 4);
      references.writeUInt32LE(i + 1, 16 * i + 12);
    });
    collection.writeBigUInt64LE(BigInt(collection.length - at), at + 8);
    this.put(address, collection);
    return references;
  }

  /** Writes the superblock for this root and closes the file. */
  finish(root) {
    this.#flush();
    const block = Buffer.alloc(SUPERBLOCK_BYTES);
    block.set([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0, 0, 8, 8, 0, 4, 0, 16, 0]);
    const words = [0n, UNDEFINED, BigInt(this.#base), UNDEFINED, 0n, BigInt(root.address), 1n];
    [...words, BigInt(root.tree), BigInt(root.heap)].forEach((word, i) => {
      block.writeBigUInt64LE(word, 24 + 8 * i);
    });
    writeSync(this.#file, block, 0, block.length, 0);
    closeSync(this.#file);
    return this.#base;
  }
}

/** An attribute message: `shape` `[]` for a scalar. */
export function attribute(name, type, shape, bytes) {
  const [title, space] = [Buffer.from(`${name}\0`), dataspace(shape)];
  const head = Buffer.alloc(8);
  head[0] = 1;
  head.writeUInt16LE(title.length, 2);
  head.writeUInt16LE(type.message.length, 4);
  head.writeUInt16LE(space.length, 6);
  return {
    type: MESSAGE.attribute,
    body: Buffer.concat([head, padded(title), padded(type.message), padded(space), bytes]),
  };
}

export function textAttribute(writer, name, values, shape = [values.length]) {
  return attribute(name, text, shape, writer.texts(values));
}

/**
 * An array cut into chunks of h5py's size (or `chunk`), each shuffled and deflated at level 4, as LFPack has them.
 *
 * @param source `{ shape, type, bytes }`, bytes in C order
 */
export function encodeArray({ shape, type, bytes }, chunk = guessChunk(shape, type.size)) {
  const [rows = 1, columns = 1] = shape;
  const [chunkRows = 1, chunkColumns = 1] = chunk;
  const parts = [];
  for (let row = 0; row < rows; row += chunkRows) {
    for (let column = 0; column < columns; column += chunkColumns) {
      const block = Buffer.alloc(chunkRows * chunkColumns * type.size);
      for (let i = 0; i < Math.min(chunkRows, rows - row); i++) {
        const from = ((row + i) * columns + column) * type.size;
        const length = Math.min(chunkColumns, columns - column) * type.size;
        bytes.copy(block, i * chunkColumns * type.size, from, from + length);
      }
      parts.push({
        origin: [row, column].slice(0, shape.length),
        bytes: deflateSync(shuffle(block, type.size), { level: 4 }),
      });
    }
  }
  return { shape, type, chunk, parts };
}

/** Source: `h5py._hl.filters.guess_chunk`. */
function guessChunk(shape, size) {
  const chunk = [...shape];
  const target = Math.min(1024 * 1024, Math.max(8192, 16384 * 2 ** Math.log10((bytesIn(chunk) * size) / 1048576)));
  for (let i = 0; ; i++) {
    const bytes = bytesIn(chunk) * size;
    if (bytes < target || Math.abs(bytes - target) / target < 0.5) return chunk;
    chunk[i % chunk.length] = Math.ceil(chunk[i % chunk.length] / 2);
  }
}

function bytesIn(shape) {
  return shape.reduce((product, length) => product * length, 1);
}

function shuffle(block, size) {
  if (size === 1) return block;
  const count = block.length / size;
  const shuffled = Buffer.allocUnsafe(block.length);
  for (let byte = 0; byte < size; byte++) {
    for (let i = 0; i < count; i++) shuffled[byte * count + i] = block[i * size + byte];
  }
  return shuffled;
}

function filters(elementSize) {
  const body = Buffer.alloc(8 + 2 * 24);
  body.set([1, 2]);
  const put = (at, id, name, value) => {
    body.writeUInt16LE(id, at);
    body.writeUInt16LE(8, at + 2);
    body.writeUInt16LE(1, at + 4);
    body.writeUInt16LE(1, at + 6);
    body.write(name, at + 8, "latin1");
    body.writeUInt32LE(value, at + 16);
  };
  put(8, 2, "shuffle", elementSize);
  put(32, 1, "deflate", 4);
  return body;
}

function dataspace(shape) {
  const body = Buffer.alloc(8 + 8 * shape.length);
  body.set([1, shape.length]);
  shape.forEach((length, axis) => {
    body.writeBigUInt64LE(BigInt(length), 8 + 8 * axis);
  });
  return body;
}

function encodeMessage({ type, body }) {
  const bytes = padded(body);
  const head = Buffer.alloc(8);
  head.writeUInt16LE(type, 0);
  head.writeUInt16LE(bytes.length, 2);
  return Buffer.concat([head, bytes]);
}

function offset(value) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
