import { ConfigError } from "@crossprobe/core";

/** Where in which bucket a store begins. */
export interface S3Place {
  /** With a `/` at the end, percent-encoded. */
  readonly url: string;
  readonly bucket: string;
  /** Of keys, as the bucket spells them; empty or with a `/` at the end. */
  readonly prefix: string;
}

/**
 * Takes an `s3://bucket/prefix/` apart.
 *
 * @throws {@link ConfigError} for anything else; credentials in an address are not repeated
 */
export function parseS3Url(url: string): S3Place {
  const [, authority = "", path = ""] = /^s3:\/\/([^/?#]*)(.*)$/is.exec(url) ?? [];
  if (authority.includes("@")) {
    throw new ConfigError("an s3: URL holds credentials", {
      hint: "give them as an option, or in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    });
  }
  const shown = `s3://${authority}${path.replace(/[?#].*$/s, "")}`;
  // Source: the service's rules for bucket names; capitals and underscores are of before 2018.
  if (!/^[a-z0-9][a-z0-9._-]{1,253}[a-z0-9]$/i.test(authority)) {
    throw new ConfigError(`${shown} names no bucket`, { hint: "write s3://bucket/folder/" });
  }
  if (/[?#]/.test(path)) {
    throw new ConfigError(`${shown} goes on with a query or fragment, to which no key can be added`, {
      hint: "write ? as %3F and # as %23 where they belong to the name",
    });
  }
  const prefix = decode(path.replace(/^\//, ""), shown);
  const folder = prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
  if (folder.split("/").some((part) => part === "." || part === "..")) {
    throw new ConfigError(`${shown} has a \`.\` or \`..\` part`);
  }
  const encoded = folder.split("/").map(encodeURIComponent).join("/");
  return { url: `s3://${authority}/${encoded}`, bucket: authority, prefix: folder };
}

/** One object of a bucket. */
export interface S3Object {
  /** Percent-encoded. */
  readonly url: string;
  readonly bucket: string;
  /** As the bucket spells it. */
  readonly key: string;
}

/**
 * Takes an `s3://bucket/key` apart.
 *
 * @throws {@link ConfigError} for anything else
 */
export function parseS3Object(url: string): S3Object {
  const { url: folder, bucket, prefix } = parseS3Url(url);
  if (prefix === "" || url.endsWith("/")) {
    throw new ConfigError(`${folder} names no object`, { hint: "write s3://bucket/key" });
  }
  return { url: folder.slice(0, -1), bucket, key: prefix.slice(0, -1) };
}

function decode(path: string, shown: string): string {
  try {
    return decodeURIComponent(path);
  } catch (cause) {
    throw new ConfigError(`${shown} is not percent-encoded as URLs are`, { cause, hint: "write % as %25" });
  }
}
