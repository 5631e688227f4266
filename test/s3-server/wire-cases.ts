/** What is asked of an S3 service, on the wire, to see that the stand-in answers as others do. */

/** One request to a bucket `wire` that holds {@link WIRE_OBJECTS}. `{etag}` in a header stands for the tag of `a b/ü#+.bin`. */
export interface WireCase {
  readonly name: string;
  readonly method: "GET" | "HEAD";
  /** Percent-encoded, from the host on. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const text = (value: string) => new TextEncoder().encode(value);

export const WIRE_OBJECTS: ReadonlyMap<string, Uint8Array> = new Map([
  ["a b/ü#+.bin", Uint8Array.from({ length: 1000 }, (_, i) => (i * 7) % 251)],
  ["empty", new Uint8Array(0)],
  ["folder/1", text("one")],
  ["folder/2", text("two")],
  ["folder-beside", text("beside")],
]);

const OBJECT = "/wire/a%20b/%C3%BC%23%2B.bin";
const NO_TAG = '"00000000000000000000000000000000"';

export const WIRE_CASES: readonly WireCase[] = [
  { name: "whole", method: "GET", path: OBJECT },
  { name: "head", method: "HEAD", path: OBJECT },
  ...[
    ["range at the start", "bytes=0-9"],
    ["range in the middle", "bytes=100-299"],
    ["range over the end", "bytes=990-2000"],
    ["range from the last byte", "bytes=999-"],
    ["range behind the end", "bytes=1000-1009"],
    ["suffix", "bytes=-8"],
    ["suffix longer than the object", "bytes=-5000"],
  ].map(([name = "", Range = ""]): WireCase => ({ name, method: "GET", path: OBJECT, headers: { Range } })),
  { name: "range of an empty object", method: "GET", path: "/wire/empty", headers: { Range: "bytes=0-0" } },
  { name: "empty object", method: "GET", path: "/wire/empty" },
  { name: "head of an empty object", method: "HEAD", path: "/wire/empty" },
  { name: "missing key", method: "GET", path: "/wire/missing" },
  { name: "head of a missing key", method: "HEAD", path: "/wire/missing" },
  { name: "folder in a key's place", method: "GET", path: "/wire/folder" },
  { name: "missing bucket", method: "GET", path: "/elsewhere/a" },
  { name: "head in a missing bucket", method: "HEAD", path: "/elsewhere/a" },
  ...(["GET", "HEAD"] as const).flatMap((method): WireCase[] => [
    { name: `${method} If-Match of the object`, method, path: OBJECT, headers: { "If-Match": "{etag}" } },
    { name: `${method} If-Match of another`, method, path: OBJECT, headers: { "If-Match": NO_TAG } },
  ]),
  {
    name: "range with If-Match",
    method: "GET",
    path: OBJECT,
    headers: { Range: "bytes=10-19", "If-Match": "{etag}" },
  },
  {
    name: "range with If-Match of another",
    method: "GET",
    path: OBJECT,
    headers: { Range: "bytes=10-19", "If-Match": NO_TAG },
  },
  { name: "list all", method: "GET", path: "/wire?list-type=2" },
  { name: "list a prefix", method: "GET", path: "/wire?list-type=2&prefix=folder%2F" },
  { name: "list a prefix that cuts a name", method: "GET", path: "/wire?list-type=2&prefix=fold" },
  { name: "list nothing", method: "GET", path: "/wire?list-type=2&prefix=none%2F" },
  { name: "list one of several", method: "GET", path: "/wire?list-type=2&max-keys=2" },
  { name: "list a missing bucket", method: "GET", path: "/elsewhere?list-type=2" },
];

/** What matters of an answer to a store. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Length and bytes of an object, the code of an error, keys, sizes and tags of a listing. */
  readonly body: string;
}

const HEADERS = ["content-length", "content-range", "content-encoding", "etag", "accept-ranges", "location"];

/** Sends the cases and takes down the answers. Anonymous, so that no client of ours comes between. */
export async function askAll(endpoint: string, etag: string): Promise<ReadonlyMap<string, WireAnswer>> {
  const answers = new Map<string, WireAnswer>();
  for (const { name, method, path, headers = {} } of WIRE_CASES) {
    const given = Object.entries({ "Accept-Encoding": "identity", ...headers });
    const response = await fetch(endpoint + path, {
      method,
      redirect: "manual",
      headers: given.map(([key, value]): [string, string] => [key, value.replace("{etag}", etag)]),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const isObject = response.status < 300 && !path.includes("list-type");
    const kept = HEADERS.map((key): [string, string | undefined] => [key, response.headers.get(key) ?? undefined]);
    answers.set(name, {
      status: response.status,
      // How long a text is that describes an error, or a listing, is the service's own affair.
      headers: Object.fromEntries(isObject ? kept : kept.filter(([key]) => key !== "content-length")),
      body: isObject
        ? `${bytes.byteLength} ${bytes.toString("hex", 0, 16)}`
        : partsOf(bytes.toString(), response.status),
    });
  }
  return answers;
}

function partsOf(xml: string, status: number): string {
  if (status >= 300) return /<Code>[^<]*/.exec(xml)?.[0] ?? "";
  const parts = [...xml.matchAll(/<(IsTruncated|KeyCount|Key|ETag|Size)>([^<]*)</g)];
  const texts = parts.map(([, name, value]) => `${name}=${value?.replaceAll("&quot;", '"')}`);
  // Of the elements of a listing only the keys have an order.
  const isOfKey = (text: string) => /^(Key|ETag|Size)=/.test(text);
  return [...texts.filter((text) => !isOfKey(text)).sort(), ...texts.filter(isOfKey)].join(" ");
}
