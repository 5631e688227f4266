import { ConfigError, type RemoteFile } from "@crossprobe/core";
import type { AddressRules } from "./address-guard.js";

/** Where an address leads, as places are written: `https://host`, `http://host:8080`, `s3://bucket`. */
export function hostOf({ protocol, host }: URL): string {
  return `${protocol}//${host}`;
}

/** Whether an address is at one of the places. One over http stands for the same over https too, never the other way round. */
export function isAmong(url: URL, hosts: readonly string[]): boolean {
  const own = hostOf(url);
  return hosts.some((host) => host === own || (host.startsWith("http:") && `https${host.slice(4)}` === own));
}

/**
 * Places as they are compared: scheme and host in lower case, the usual port left out.
 *
 * @throws {@link ConfigError} for what is no place, or more than one
 */
export function toHosts(places: readonly string[]): string[] {
  return places.map((place) => {
    const url = /^(https?|s3):\/\/[^/?#@]+\/?$/i.test(place) && URL.canParse(place) ? new URL(place) : undefined;
    if (url === undefined) {
      throw new ConfigError(`${JSON.stringify(place)} is no place that files come from`, {
        hint: "write https://host, http://host:port or s3://bucket, without a path",
      });
    }
    return hostOf(url);
  });
}

/** What addresses may be asked for a file. */
export function rulesFor(
  { hosts }: RemoteFile,
  { allowPrivate, allowHosts }: { readonly allowPrivate: boolean; readonly allowHosts: readonly string[] },
): AddressRules {
  return { allowPrivate, hosts: hosts === undefined ? undefined : [...toHosts(hosts), ...allowHosts] };
}
