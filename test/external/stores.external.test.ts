import { lookup } from "node:dns/promises";
import { HttpStore, retried, S3Store } from "@crossprobe/storage/node";
import { type PublicFile, testPublicFile } from "./public-file.js";

/** The places that the datasets are published at, asked for a few bytes each: `npm run external`. */

const HDF5 = { offset: 0, hex: "894844460d0a1a0a" };

async function unreachable(host: string): Promise<string | undefined> {
  try {
    await lookup(host);
    return undefined;
  } catch (error) {
    return `${host} cannot be resolved (${error instanceof Error ? error.message : error})`;
  }
}

/** A file of a bucket by the S3 protocol and by plain HTTPS. `region` is where the bucket lies; S3 requests find it by themselves. */
async function bucketFile(
  bucket: string,
  region: string,
  key: string,
  more: Pick<PublicFile, "known" | "size" | "skip">,
): Promise<void> {
  const host = `${bucket}.s3.${region}.amazonaws.com`;
  const both = { key, url: `https://${host}/${key}`, unreachable: await unreachable(host), ...more };
  testPublicFile({ ...both, name: `s3://${bucket}/`, open: () => retried(new S3Store(`s3://${bucket}/`)) });
  testPublicFile({
    ...both,
    name: `https://${host}/`,
    open: () => retried(new HttpStore(`https://${host}/`)),
    skip: { ...more.skip, list: "HTTP cannot list" },
  });
}

const large = { download: "too large for a test" };

// Source: the documentation of IBL's packaged data sets; one archive for all of the LFP, and a tar file ("ustar" stands at byte 257).
const packaged = "resources/ibl-agent-data/";
await bucketFile("ibl-brain-wide-map-public", "us-east-1", `${packaged}lf_compressed_all_bwm.h5`, {
  known: HDF5,
  skip: large,
});
await bucketFile("ibl-brain-wide-map-public", "us-east-1", `${packaged}bwm_ephys-1.2.0.tar`, {
  known: { offset: 257, hex: "7573746172" },
  skip: large,
});

// Source: Brain-Observatory-Toolbox, `VCEphysS3Bucket.m`, and the registry of open data on AWS. The manifest is a JSON object.
const cache = "visual-coding-neuropixels/ecephys-cache/";
await bucketFile("allen-brain-observatory", "us-west-2", `${cache}manifest.json`, { known: { offset: 0, hex: "7b" } });
await bucketFile("allen-brain-observatory", "us-west-2", `${cache}session_715093703/session_715093703.nwb`, {
  known: HDF5,
  skip: large,
});

// Source: the logs of AllenSDK's tutorial, which give the size of file 1026124469 in MiB to three places.
const warehouse = "api.brain-map.org";
const links = "api/v2/well_known_file_download/";
testPublicFile({
  name: `http://${warehouse}/`,
  open: () => retried(new HttpStore(`http://${warehouse}/`)),
  key: `${links}1026124469`,
  url: `http://${warehouse}/${links}1026124469`,
  known: HDF5,
  unreachable: await unreachable(warehouse),
  skip: { ...large, list: "HTTP cannot list", "if-match": "nobody documents that the warehouse has entity tags" },
});

// Source: the DANDI API; the session file of session 715093703, whose donor is 699733573.
const dandi = await dandiAsset("000021", "sub-699733573/sub-699733573_ses-715093703.nwb");
const blobs = "dandiarchive.s3.amazonaws.com";
testPublicFile({
  name: `https://${blobs}/`,
  open: () => retried(new HttpStore(`https://${blobs}/`)),
  key: dandi.key,
  url: `https://${blobs}/${dandi.key}`,
  known: HDF5,
  size: dandi.size,
  unreachable: dandi.unreachable,
  skip: { ...large, list: "HTTP cannot list" },
});
testPublicFile({
  name: "s3://dandiarchive/",
  open: () => retried(new S3Store("s3://dandiarchive/")),
  key: dandi.key,
  url: `https://${blobs}/${dandi.key}`,
  known: HDF5,
  size: dandi.size,
  unreachable: dandi.unreachable,
  skip: large,
});

interface DandiAsset {
  readonly key: string;
  readonly size?: number;
  readonly unreachable: string | undefined;
}

/** Where the archive keeps an asset. What it answers otherwise is a failure of the tests, not a reason to leave them out. */
async function dandiAsset(dandiset: string, path: string): Promise<DandiAsset> {
  const reason = (await unreachable("api.dandiarchive.org")) ?? (await unreachable(blobs));
  if (reason !== undefined) return { key: "blobs/unknown", unreachable: reason };
  const place = `https://api.dandiarchive.org/api/dandisets/${dandiset}/versions/draft/assets/`;
  const listing = await fetch(`${place}?path=${encodeURIComponent(path)}&metadata=false`);
  const { results } = (await listing.json()) as { results: { asset_id: string; size: number; path: string }[] };
  const asset = results.find((each) => each.path === path);
  if (asset === undefined) throw new Error(`the archive does not list ${path}`);
  const link = `https://api.dandiarchive.org/api/assets/${asset.asset_id}/download/`;
  const answer = await fetch(link, { redirect: "manual" });
  const location = new URL(answer.headers.get("location") ?? "");
  return { key: decodeURIComponent(location.pathname.slice(1)), size: asset.size, unreachable: undefined };
}
