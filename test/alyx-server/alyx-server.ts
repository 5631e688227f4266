import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { answerText, dataFile, FILTERS, LISTS, SESSION_TEXTS } from "./records.js";

/** The account that the service knows. */
export const ACCOUNT = { username: "example", password: "secret" } as const;
export const TOKEN: string = JSON.parse(answerText("auth_token")).token;

/** An answer that is given in place of the service's own, or after a delay. */
export interface PlannedAnswer {
  /** Name of an answer of the fixtures, without its ending. */
  readonly file?: string;
  readonly text?: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** How long it takes. */
  readonly delayMs?: number;
  /** Breaks the connection off after so many bytes of the body. */
  readonly cutAfter?: number;
  /** Breaks the connection off before anything is said. */
  readonly isLost?: boolean;
}

export interface SeenRequest {
  readonly method: string;
  /** Path and parameters. */
  readonly url: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

export interface AlyxServer {
  /** The service. */
  readonly url: string;
  /** The data server, on another port. */
  readonly dataUrl: string;
  /** What the service was asked, in order. */
  readonly seen: SeenRequest[];
  /** What the data server was asked. */
  readonly seenData: SeenRequest[];
  /** The next requests to the service get these, one each. */
  plan(...answers: PlannedAnswer[]): void;
  /** Makes the token of before invalid. */
  renewToken(): string;
  close(): Promise<void>;
}

interface ServerOptions {
  /** Records a page where the question states none (250). */
  readonly pageSize?: number;
  /** Where answers are read from, in place of the fixtures. */
  readonly answers?: string;
}

/** A stand-in for Alyx and its data server: real HTTP on free ports, the fixtures' records, a token, pages, and failures on demand. */
export async function startAlyxServer(options: ServerOptions = {}): Promise<AlyxServer> {
  const seen: SeenRequest[] = [];
  const seenData: SeenRequest[] = [];
  const plans: PlannedAnswer[] = [];
  let token = TOKEN;
  const data = await listen(async (request, response) => {
    seenData.push(await read(request));
    const file = dataFile(decodeURIComponent(request.url ?? ""));
    response.writeHead(file === undefined ? 404 : 200, { "Content-Length": file?.byteLength ?? 0 }).end(file);
  });
  const dataUrl = urlOf(data);
  const local = (text: string): string =>
    text.replaceAll("https://alyx.example.org", urlOf(service)).replaceAll("https://data.example.org", dataUrl);
  const service: Server = await listen(async (request, response) => {
    const question = await read(request);
    seen.push(question);
    const planned = plans.shift();
    if (planned === undefined) {
      const answer = own(question, token, options.pageSize ?? 250);
      send(response, { ...answer, text: local(answer.text ?? "") });
    } else if (planned.file === undefined && planned.text === undefined && planned.status === undefined) {
      const answer = own(question, token, options.pageSize ?? 250);
      send(response, { ...answer, ...planned, text: local(answer.text ?? "") });
    } else {
      const text = planned.text ?? answerText(planned.file ?? "nothing", options.answers);
      send(response, { ...planned, text: local(text) });
    }
  });
  return {
    url: urlOf(service),
    dataUrl,
    seen,
    seenData,
    plan: (...answers) => void plans.push(...answers),
    renewToken: () => {
      token = `renewed0${token}`.slice(0, 40);
      return token;
    },
    close: async () => {
      for (const server of [service, data]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}

async function listen(
  listener: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<Server> {
  const server = createServer((request, response) => {
    listener(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return server;
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function read(request: IncomingMessage): Promise<SeenRequest> {
  let body = "";
  for await (const part of request) body += part;
  const { method = "", url = "", headers } = request;
  return { method, url, authorization: headers.authorization, body };
}

function send(response: ServerResponse, answer: PlannedAnswer & { readonly text: string }): void {
  const { text, status = 200, headers, delayMs = 0, cutAfter } = answer;
  setTimeout(() => {
    if (answer.isLost === true) return void response.socket?.destroy();
    const body = Buffer.from(text);
    const type = text.startsWith("<") ? "text/html" : "application/json";
    if (cutAfter === undefined) return void response.writeHead(status, { "Content-Type": type, ...headers }).end(body);
    response.writeHead(status, { "Content-Type": type, "Content-Length": body.byteLength, ...headers });
    response.write(body.subarray(0, cutAfter), () => response.socket?.destroy());
  }, delayMs);
}

/** What the service itself answers. */
function own(question: SeenRequest, token: string, pageSize: number): PlannedAnswer {
  const { pathname, searchParams } = new URL(question.url, "https://alyx.example.org");
  if (pathname === "/auth-token") return login(question, token);
  if (question.authorization === undefined)
    return { status: 401, text: '{"detail": "Authentication credentials were not provided."}' };
  if (question.authorization !== `Token ${token}`) return { status: 403, text: answerText("error_403_token") };
  if (pathname === "/me") return { text: answerText("me") };
  const [endpoint = "", id] = pathname.slice(1).split("/");
  const records = LISTS.get(endpoint);
  if (records === undefined) return { status: 404, text: answerText("error_404") };
  if (id === undefined) return list(endpoint, searchParams, pageSize);
  const found = records.find((record) => String(record.id ?? record.url).endsWith(id));
  const text = (endpoint === "sessions" && SESSION_TEXTS.get(id)) || (found && JSON.stringify(found));
  return text === undefined ? { status: 404, text: answerText("error_404") } : { text };
}

function login(question: SeenRequest, token: string): PlannedAnswer {
  const form = new URLSearchParams(question.body);
  const isKnown = form.get("username") === ACCOUNT.username && form.get("password") === ACCOUNT.password;
  if (question.method === "POST" && isKnown) return { text: JSON.stringify({ token }) };
  return { status: 400, text: '{"non_field_errors": ["Unable to log in with provided credentials."]}' };
}

function list(endpoint: string, parameters: URLSearchParams, pageSize: number): PlannedAnswer {
  const limit = Math.min(Number(parameters.get("limit") ?? pageSize), 1000);
  const offset = Number(parameters.get("offset") ?? 0);
  const filters = [...parameters].flatMap(([name, value]) => {
    const test = FILTERS[endpoint]?.[name];
    return test === undefined ? [] : [{ test, value }];
  });
  try {
    const all = (LISTS.get(endpoint) ?? []).filter((record) => filters.every(({ test, value }) => test(record, value)));
    const address = (at: number): string => {
      const next = new URLSearchParams([...parameters].filter(([name]) => name !== "limit" && name !== "offset"));
      return `https://alyx.example.org/${endpoint}?limit=${limit}&offset=${at}${next.size > 0 ? `&${next}` : ""}`;
    };
    return {
      text: JSON.stringify({
        count: all.length,
        next: offset + limit < all.length ? address(offset + limit) : null,
        previous: offset > 0 ? address(Math.max(0, offset - limit)) : null,
        results: all.slice(offset, offset + limit),
      }),
    };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { status: 500, text: JSON.stringify({ detail, status_code: 500 }) };
  }
}
