import type { FileHandle } from "node:fs/promises";
import type { FileDigest } from "@crossprobe/core";
import { DigestFollower } from "./digest-follower.js";
import { DigestRun, digestKinds, feedFile } from "./digests.js";

/** Up to here a thread of its own would take longer to start than the digests take, bytes. */
const ALONE_BYTES = 16 * 1024 * 1024;

/** The digests of a part that grows: of a short one in this thread, of a long one in another that reads after it. */
export class PartDigests {
  readonly #path: string;
  readonly #file: FileHandle;
  #wanted: readonly FileDigest[];
  #length = 0;
  #run: DigestRun;
  #follower: DigestFollower | undefined;

  constructor(path: string, file: FileHandle, wanted: readonly FileDigest[]) {
    this.#path = path;
    this.#file = file;
    this.#wanted = wanted;
    this.#run = new DigestRun(digestKinds(wanted));
  }

  /** Takes what was there before. Gives how many bytes there were. */
  async adopt(size: number, signal: AbortSignal | undefined): Promise<number> {
    this.#length = size > ALONE_BYTES ? size : await feedFile(this.#run, this.#path, size, signal);
    this.#follow();
    return this.#length;
  }

  /** @param piece written already, behind all before it */
  add(piece: Uint8Array): void {
    this.#length += piece.byteLength;
    if (this.#follower === undefined) this.#run.update(piece);
    this.#follow();
  }

  /** Digests of all of it. Nothing can be added after. */
  async finish(): Promise<FileDigest[]> {
    return this.#follower === undefined ? this.#run.finish() : this.#follower.finish(this.#length);
  }

  /** Forgets what was added. @param wanted what the next bytes are to be compared with */
  async restart(wanted: readonly FileDigest[] = this.#wanted): Promise<void> {
    await this.close();
    this.#length = 0;
    this.#wanted = wanted;
    this.#run = new DigestRun(digestKinds(this.#wanted));
  }

  /** To be awaited before the file is closed. */
  async close(): Promise<void> {
    await this.#follower?.close();
    this.#follower = undefined;
  }

  #follow(): void {
    if (this.#length <= ALONE_BYTES) return;
    this.#follower ??= new DigestFollower(this.#path, this.#file.fd, digestKinds(this.#wanted));
    this.#follower.tell(this.#length);
  }
}
