import { type Notice, noticeSchema } from "@crossprobe/core";
import { AlyxClient, type AlyxClock } from "@crossprobe/ibl-adapter/alyx";
import { JsonHttp } from "@crossprobe/storage";
import { afterEach } from "vitest";
import { type AlyxServer, startAlyxServer, TOKEN } from "./alyx-server.js";

export const EID = "8028d4ce-a7dd-361e-9f24-20404d184288";
export const EID_WITHOUT_PROBES = "7bc51cbc-efae-3720-912a-aa4370fce4b2";
export const PID = "0f735607-f207-35d1-afba-7625563535dc";
export const OTHER_PID = "fa77d065-7c4a-3504-8385-ad64a532c910";
export const TRACK = "fee43032-f998-31db-9f89-03b4f2be3b36";
/** The time of the controlled clock at its start. */
export const START = Date.UTC(2026, 0, 20, 12);

/** A clock that passes when somebody sleeps, and whose chance is always one half. */
export class TestClock implements AlyxClock {
  readonly waited: number[] = [];
  time = START;

  now(): number {
    return this.time;
  }

  random(): number {
    return 0.5;
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.waited.push(milliseconds / 1000);
    this.time += milliseconds;
  }
}

export interface Setting {
  readonly server: AlyxServer;
  readonly client: AlyxClient;
  readonly clock: TestClock;
  readonly notices: Notice[];
}

type ClientOptions = Partial<ConstructorParameters<typeof AlyxClient>[0]>;

const servers: AlyxServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** A stand-in and a client of it. */
export async function setUp(
  options: ClientOptions = {},
  serverOptions: Parameters<typeof startAlyxServer>[0] = {},
): Promise<Setting> {
  const server = await startAlyxServer(serverOptions);
  servers.push(server);
  const notices: Notice[] = [];
  const clock = new TestClock();
  return {
    server,
    clock,
    notices,
    client: clientOf(server, { clock, onNotice: (notice) => notices.push(noticeSchema.parse(notice)), ...options }),
  };
}

/** Another client of a stand-in. */
export function clientOf(server: AlyxServer, options: ClientOptions): AlyxClient {
  return new AlyxClient({ url: server.url, http: new JsonHttp(), credentials: { token: TOKEN }, ...options });
}

/** What a promise rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}
