import { parentPort, workerData } from "node:worker_threads";
import { BlockSource } from "./block-source.js";
import { Failure } from "./failure.js";
import { openH5Module } from "./h5-module.js";
import { H5Reader } from "./h5-reader.js";
import {
  type Answers,
  BLOCK_BYTES,
  BLOCK_CACHE_BYTES,
  CONTROL,
  FETCH_BYTES,
  type Question,
  type SharedMemory,
  type WorkerMessage,
} from "./protocol.js";
import { RangeFileSystem } from "./range-file-system.js";
import { buffersOf } from "./transfer.js";

const { control, bytes } = workerData as SharedMemory;
const words = new Int32Array(control);
const fetched = new Uint8Array(bytes);
const readers = new Map<number, H5Reader>();
const port = parentPort;
if (port === null) throw new Error("this file runs as a worker thread");

const send = (message: WorkerMessage, transfer: readonly ArrayBuffer[] = []) => port.postMessage(message, transfer);

/** Asks the main thread for bytes and blocks until they are there: HDF5 reads synchronously, stores do not. */
function fetchBytes(file: number, offset: number, length: number): Uint8Array {
  Atomics.store(words, CONTROL.fetched, 0);
  send({ kind: "fetch", file, offset, length });
  Atomics.wait(words, CONTROL.fetched, 0);
  const got = Atomics.load(words, CONTROL.length);
  if (got !== length) throw new Error("the bytes did not arrive");
  return fetched.subarray(0, length);
}

function checkCancelled(): void {
  Atomics.add(words, CONTROL.steps, 1);
  if (Atomics.load(words, CONTROL.cancelled) === 1) throw new Failure("cancelled", "nobody waits for this any more");
}

const module = await openH5Module();
const fileSystem = new RangeFileSystem(module.wasm);

function open(question: Question & { kind: "open" }): undefined {
  const { file, url, size, head, cacheBytes } = question;
  const source = new BlockSource({
    size,
    fetch: (offset, length) => fetchBytes(file, offset, length),
    blockBytes: BLOCK_BYTES,
    fetchBytes: FETCH_BYTES,
    cacheBytes: BLOCK_CACHE_BYTES,
  });
  source.seed(head);
  readers.set(file, new H5Reader({ module, fileSystem, source, name: `${file}`, url, cacheBytes, checkCancelled }));
}

function answer(question: Question): Answers[Question["kind"]] {
  if (question.kind === "open") return open(question);
  const reader = readers.get(question.file);
  if (reader === undefined) throw new Failure("format", "the file is not open in this worker", { fatal: true });
  switch (question.kind) {
    case "list":
      return reader.list(question.path);
    case "find":
      return reader.find(question.path);
    case "attributes":
      return reader.attributes(question.path, question.names);
    case "read":
      return reader.read(question.path, question.slices);
    case "close":
      readers.delete(question.file);
      return void reader.close();
  }
}

port.on("message", (question: Question) => {
  try {
    const value = answer(question);
    send({ kind: "done", value }, buffersOf(value));
  } catch (error) {
    const failure = error instanceof Failure ? error : new Failure("format", String(error), { fatal: true });
    send({ kind: "failed", failure: failure.toMessage() });
  }
});
