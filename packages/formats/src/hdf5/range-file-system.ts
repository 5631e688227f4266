import type { BlockSource } from "./block-source.js";
import type { H5wasmModule } from "./h5-module.js";

/** The part of Emscripten's file system that a file system of one's own is built on. h5wasm's types leave it out. */
interface EmscriptenFs {
  ErrnoError: new (errno: number) => Error;
  mkdir(path: string): unknown;
  mount(type: object, options: object, path: string): unknown;
  lookupPath(path: string): { node: FsNode };
  createNode(parent: FsNode | null, name: string, mode: number, device: number): FsNode;
  destroyNode(node: FsNode): void;
}

interface FsNode {
  id: number;
  mode: number;
  node_ops: object;
  stream_ops: object;
  source?: BlockSource;
}

interface FsStream {
  node: FsNode;
  position: number;
}

const MOUNT_POINT = "/crossprobe";
const DIRECTORY_MODE = 0o040555;
const FILE_MODE = 0o100444;
const ERRNO = { noEntry: 44, io: 29, invalid: 28 };

/** A read-only Emscripten file system whose files are {@link BlockSource}s. */
export class RangeFileSystem {
  readonly #fs: EmscriptenFs;
  readonly #root: FsNode;
  readonly #nodes = new Map<string, FsNode>();

  constructor(wasm: H5wasmModule) {
    // The declared type of `FS` names neither `createNode` nor the operations of a node.
    this.#fs = wasm.FS as unknown as EmscriptenFs;
    this.#fs.mkdir(MOUNT_POINT);
    this.#fs.mount({ mount: () => this.#createNode(null, "/", DIRECTORY_MODE) }, {}, MOUNT_POINT);
    this.#root = this.#fs.lookupPath(MOUNT_POINT).node;
  }

  /** Makes a file; gives its path. */
  add(name: string, source: BlockSource): string {
    const node = this.#createNode(this.#root, name, FILE_MODE);
    node.source = source;
    this.#nodes.set(name, node);
    return `${MOUNT_POINT}/${name}`;
  }

  remove(name: string): void {
    const node = this.#nodes.get(name);
    if (node !== undefined) this.#fs.destroyNode(node);
    this.#nodes.delete(name);
  }

  #createNode(parent: FsNode | null, name: string, mode: number): FsNode {
    const node = this.#fs.createNode(parent, name, mode, 0);
    node.node_ops = this.#nodeOperations;
    node.stream_ops = this.#streamOperations;
    return node;
  }

  readonly #nodeOperations = {
    getattr: (node: FsNode) => attributesOf(node),
    lookup: () => {
      throw new this.#fs.ErrnoError(ERRNO.noEntry);
    },
    readdir: () => [".", ".."],
  };

  readonly #streamOperations = {
    read: (stream: FsStream, heap: Int8Array, offset: number, length: number, position: number): number => {
      try {
        return stream.node.source?.read(new Uint8Array(heap.buffer, heap.byteOffset + offset, length), position) ?? 0;
      } catch {
        throw new this.#fs.ErrnoError(ERRNO.io);
      }
    },
    llseek: (stream: FsStream, offset: number, whence: number): number => {
      const base = [0, stream.position, stream.node.source?.size ?? 0][whence];
      if (base === undefined || base + offset < 0) throw new this.#fs.ErrnoError(ERRNO.invalid);
      return base + offset;
    },
  };
}

function attributesOf(node: FsNode): object {
  const size = node.source?.size ?? 4096;
  const time = new Date(0);
  const owner = { dev: 1, ino: node.id, mode: node.mode, nlink: 1, uid: 0, gid: 0, rdev: 0 };
  return { ...owner, size, atime: time, mtime: time, ctime: time, blksize: 4096, blocks: Math.ceil(size / 512) };
}
