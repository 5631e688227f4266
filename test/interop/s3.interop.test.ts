import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { startS3Server } from "../s3-server/s3-server.js";
import { testS3Service } from "../s3-server/s3-suite.js";
import { askAll, WIRE_CASES, WIRE_OBJECTS, type WireAnswer } from "../s3-server/wire-cases.js";
import { startMoto } from "./moto.js";

/** The suite that the stand-in of the tests passes, against moto's server. */
testS3Service("moto's S3 server", startMoto);

/** Where the two answer otherwise, and why that is no fault of the stand-in. */
const KNOWN: Readonly<Record<string, string>> = {
  "HEAD If-Match of another": "moto states the entity tag in its refusal, which the API reference says nothing of",
};
const TAG = `"${createHash("md5")
  .update(WIRE_OBJECTS.get("a b/ü#+.bin") ?? "")
  .digest("hex")}"`;

/** Asks both services the same, without an account. */
async function askBoth(isPublic: boolean): Promise<Map<string, { standIn: WireAnswer; moto: WireAnswer }>> {
  const objects = new Map([...WIRE_OBJECTS].map(([key, bytes]): [string, Uint8Array] => [`wire/${key}`, bytes]));
  const standIn = await startS3Server({ objects, isPrivate: !isPublic });
  const moto = await startMoto({ wire: { isPublic, objects: WIRE_OBJECTS } });
  try {
    const [ours, theirs] = [await askAll(standIn.endpoint, TAG), await askAll(moto.endpoint, TAG)];
    return new Map(
      WIRE_CASES.map(({ name }) => {
        const pair = [ours.get(name), theirs.get(name)];
        if (pair[0] === undefined || pair[1] === undefined) throw new Error(`${name} was not asked`);
        return [name, { standIn: pair[0], moto: pair[1] }];
      }),
    );
  } finally {
    await standIn.close();
    await moto.close();
  }
}

const names = WIRE_CASES.map(({ name }) => name);

describe("the S3 stand-in and moto's server answer alike", () => {
  let answers: Awaited<ReturnType<typeof askBoth>>;
  beforeAll(async () => {
    answers = await askBoth(true);
  });

  it.each(names)("%s", (name) => {
    const { standIn, moto } = answers.get(name) ?? {};
    expect(standIn).toBeDefined();
    if (KNOWN[name] === undefined) expect(standIn).toEqual(moto);
    else expect(standIn, `no difference any more: ${KNOWN[name]}`).not.toEqual(moto);
  });
});

describe("the S3 stand-in and moto's server refuse alike what is private", () => {
  let answers: Awaited<ReturnType<typeof askBoth>>;
  beforeAll(async () => {
    answers = await askBoth(false);
  });

  it.each(names)("%s", (name) => {
    const { standIn, moto } = answers.get(name) ?? {};
    expect(standIn?.status).toBe(403);
    // moto lists private buckets, and tells what is missing from them; S3 does neither (API reference, GetObject: "Permissions").
    if (!/list|missing|folder/.test(name)) expect(moto?.status).toBe(403);
  });
});
