import { Agent, type AgentOptions, type ClientRequestArgs } from "node:http";
import type { Duplex } from "node:stream";

/** What a connection is asked for at a time, bytes. Node's own 64 KiB, each in memory of its own, cost more than all else of a fast transfer. */
const READ_BYTES = 1024 * 1024;

/** Memory that connections read into again and again. */
const reused = new WeakSet<ArrayBufferLike>();

/** Connections over plain HTTP that take much at a time, into memory that each uses again. */
export class WideAgent extends Agent {
  constructor(options: AgentOptions = {}) {
    super(options);
  }

  override createConnection(
    options: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    let room = newRoom();
    const onread = {
      buffer: () => room,
      callback: (length: number, bytes: Uint8Array): boolean => {
        if (socket === null || socket === undefined) return false;
        const goesOn = socket.push(bytes.subarray(0, length));
        // What nobody took yet stays where it is.
        if (socket.readableLength > 0) room = newRoom();
        return goesOn;
      },
    };
    const wide = { ...options, onread };
    const socket = super.createConnection(wide, callback);
    return socket;
  }
}

function newRoom(): Uint8Array {
  const room = Buffer.allocUnsafeSlow(READ_BYTES);
  reused.add(room.buffer);
  return room;
}

/**
 * Whether bytes of a body lie where the next ones will be read to. Node's parser copies them (20, 22 and 24 do); were one not to, what it
 * hands out could not be kept.
 */
export function isReused(bytes: Uint8Array): boolean {
  return reused.has(bytes.buffer);
}
