// Where everything lies in an HDF5 file with the structures that LFPack archives have (superblock 0, object headers and B-trees of version
// 1, symbol tables). No reader: it trusts the file, and only says which bytes belong to what.

const UNDEFINED = 0xffffffffffffffffn;
const MESSAGE = { layout: 8, attribute: 12, continuation: 16, symbols: 17 };

/**
 * @typedef {object} Hdf5Map
 * @property {{ owner: string, kind: string, start: number, stop: number }[]} spans bytes by the path of the object they belong to
 * @property {{ owner: string, kind: string, at: number, size: number }[]} fields numbers of the structures
 * @property {{ owner: string, name: string, at: number, type: number, size: number, count: number }[]} attributes numeric ones
 * @property {{ owner: string, at: number, length: number, elementSize: number }[]} streams stored chunks of arrays
 * @property {number[]} addresses where structures begin
 */

/** @param {Buffer} file @returns {Hdf5Map} */
export function walkHdf5(file) {
  const map = { spans: [], fields: [], attributes: [], streams: [], addresses: [] };
  const walker = { file, map, u64: (at) => Number(file.readBigUInt64LE(at)) };
  span(walker, "/", "superblock", 0, 96);
  for (let at = 8; at < 24; at++) field(walker, "/", "superblock", at, 1);
  for (let at = 24; at < 96; at += 8) field(walker, "/", "superblock", at, 8);
  walkObject(walker, "/", walker.u64(64));
  for (let at = file.indexOf("GCOL"); at >= 0; at = file.indexOf("GCOL", at + 1)) {
    span(walker, "*", "global heap", at, walker.u64(at + 8));
    field(walker, "*", "global heap size", at + 8, 8);
    field(walker, "*", "global heap object", at + 16, 2);
    field(walker, "*", "global heap object size", at + 24, 8);
  }
  return map;
}

function span({ map }, owner, kind, start, length) {
  map.spans.push({ owner, kind, start, stop: start + length });
  map.addresses.push(start);
}

function field({ map }, owner, kind, at, size) {
  map.fields.push({ owner, kind, at, size });
}

function walkObject(walker, path, address) {
  const { file } = walker;
  const size = file.readUInt32LE(address + 8);
  span(walker, path, "object header", address, 16 + size);
  field(walker, path, "header version", address, 1);
  field(walker, path, "message count", address + 2, 2);
  field(walker, path, "header size", address + 8, 4);
  const blocks = [[address + 16, size]];
  for (const [start, length] of blocks) {
    for (let at = start; at + 8 <= start + length; ) {
      const bytes = file.readUInt16LE(at + 2);
      walkMessage(walker, path, { type: file.readUInt16LE(at), at: at + 8, bytes, blocks });
      field(walker, path, "message type", at, 2);
      field(walker, path, "message size", at + 2, 2);
      at += 8 + bytes;
    }
  }
}

function walkMessage(walker, path, { type, at, bytes, blocks }) {
  const { file, u64 } = walker;
  if (type === MESSAGE.continuation) {
    blocks.push([u64(at), u64(at + 8)]);
    span(walker, path, "continuation", u64(at), u64(at + 8));
    field(walker, path, "continuation address", at, 8);
    field(walker, path, "continuation length", at + 8, 8);
  } else if (type === MESSAGE.symbols) {
    field(walker, path, "symbol tree address", at, 8);
    field(walker, path, "heap address", at + 8, 8);
    walkGroup(walker, path, u64(at), u64(at + 8));
  } else if (type === MESSAGE.attribute) walkAttribute(walker, path, at);
  else {
    for (let i = 0; i < Math.min(bytes, 48); i++) field(walker, path, `byte of message ${type}`, at + i, 1);
    if (type === MESSAGE.layout && file[at] === 3) walkLayout(walker, path, at);
  }
}

function walkAttribute({ file, map }, path, at) {
  const [title, type, space] = [2, 4, 6].map((i) => file.readUInt16LE(at + i));
  const pad = (length) => length + (-length & 7);
  const name = file.toString("latin1", at + 8, at + 8 + title - 1);
  const typeAt = at + 8 + pad(title);
  const spaceAt = typeAt + pad(type);
  const rank = file[spaceAt + 1];
  let count = 1;
  for (let axis = 0; axis < rank; axis++) count *= Number(file.readBigUInt64LE(spaceAt + 8 + 8 * axis));
  for (const i of [0, 1, 8, 9]) field({ map }, path, `attribute type of ${name}`, typeAt + (i % 8), 1);
  for (let axis = 0; axis < rank; axis++) field({ map }, path, `attribute shape of ${name}`, spaceAt + 8 + 8 * axis, 8);
  for (const i of [2, 4, 6]) field({ map }, path, `attribute sizes of ${name}`, at + i, 2);
  const kind = file[typeAt] & 15;
  const size = file.readUInt32LE(typeAt + 4);
  map.attributes.push({ owner: path, name, at: spaceAt + pad(space), type: kind, size, count });
}

function walkLayout(walker, path, at) {
  const { file, map, u64 } = walker;
  if (file[at + 1] === 1) {
    const address = file.readBigUInt64LE(at + 2);
    if (address === UNDEFINED) return;
    span(walker, path, "values", Number(address), u64(at + 10));
    for (let i = 0; i < u64(at + 10); i += 2) field(walker, path, "stored value", Number(address) + i, 2);
  } else if (file[at + 1] === 2) {
    const axes = file[at + 2];
    const elementSize = file.readUInt32LE(at + 11 + 4 * (axes - 1));
    const key = 8 + 8 * axes;
    const address = file.readBigUInt64LE(at + 3);
    if (address === UNDEFINED) return;
    walkTree(walker, path, Number(address), key, 64, (child, keyAt) => {
      const length = file.readUInt32LE(keyAt);
      span(walker, path, "values", child, length);
      map.streams.push({ owner: path, at: child, length, elementSize });
    });
  }
}

function walkTree(walker, path, address, key, children, onLeaf) {
  const { file, u64 } = walker;
  span(walker, path, "tree", address, 24 + children * 8 + (children + 1) * key);
  for (const at of [4, 5]) field(walker, path, "tree type or level", address + at, 1);
  field(walker, path, "tree entries", address + 6, 2);
  field(walker, path, "tree sibling", address + 16, 8);
  const level = file[address + 5];
  const used = file.readUInt16LE(address + 6);
  for (let i = 0; i < used; i++) {
    const keyAt = address + 24 + i * (key + 8);
    for (let at = keyAt; at < keyAt + key; at += 4) field(walker, path, "tree key", at, 4);
    field(walker, path, "tree child", keyAt + key, 8);
    const child = u64(keyAt + key);
    if (level === 0) onLeaf(child, keyAt);
    else walkTree(walker, path, child, key, children, onLeaf);
  }
}

function walkGroup(walker, path, tree, heap) {
  const { file, u64 } = walker;
  span(walker, path, "heap", heap, 32);
  for (const at of [8, 16, 24]) field(walker, path, "heap field", heap + at, 8);
  const names = u64(heap + 24);
  span(walker, path, "heap data", names, u64(heap + 8));
  walkTree(walker, path, tree, 8, 32, (node) => {
    span(walker, path, "symbol node", node, 328);
    field(walker, path, "symbol count", node + 6, 2);
    for (let i = 0; i < file.readUInt16LE(node + 6); i++) {
      const entry = node + 8 + 40 * i;
      field(walker, path, "link name offset", entry, 8);
      field(walker, path, "link address", entry + 8, 8);
      field(walker, path, "link cache type", entry + 16, 4);
      field(walker, path, "link scratch", entry + 24, 8);
      const nameAt = names + u64(entry);
      const name = file.toString("utf8", nameAt, file.indexOf(0, nameAt));
      walkObject(walker, path === "/" ? `/${name}` : `${path}/${name}`, u64(entry + 8));
    }
  });
}
