import { HttpStore, S3Store } from "@crossprobe/storage/node";
import { startDataServer } from "../data-server/data-server.js";
import { startS3Server } from "../s3-server/s3-server.js";
import { testPublicFile } from "./public-file.js";

/** The checks of `npm run external`, held to servers of our own, so that they are known to work where there is no network. */

const BYTES = Uint8Array.from({ length: 500_000 }, (_, i) => (i * 7 + (i >> 9)) & 255);
const known = { offset: 257, hex: Buffer.from(BYTES.subarray(257, 262)).toString("hex") };
const local = { known, size: BYTES.byteLength, unreachable: undefined, allowPrivate: true };

const s3 = await startS3Server({ objects: { "bucket/folder/file.bin": BYTES, "bucket/folder/other": BYTES } });
testPublicFile({
  ...local,
  name: "the S3 stand-in",
  open: () => new S3Store("s3://bucket/", { endpoint: s3.endpoint }),
  key: "folder/file.bin",
  url: `${s3.endpoint}/bucket/folder/file.bin`,
});

const http = await startDataServer({ files: { "/folder/file.bin": BYTES } });
testPublicFile({
  ...local,
  name: "a server of files",
  open: () => new HttpStore(`${http.url}/`),
  key: "folder/file.bin",
  url: `${http.url}/folder/file.bin`,
  skip: { list: "HTTP cannot list", "if-match": "the server of the tests knows If-Range only" },
});

testPublicFile({
  ...local,
  name: "a place that cannot be reached",
  open: () => new HttpStore("http://nowhere.invalid/"),
  key: "file",
  url: "http://nowhere.invalid/file",
  unreachable: "nowhere.invalid cannot be resolved",
});
