import { lookup as resolveName } from "node:dns";
import { BlockList, isIP, isIPv4, type LookupFunction } from "node:net";
import { QueryError } from "@crossprobe/core";

/** Source: IANA IPv4 and IPv6 Special-Purpose Address Registries: what is not globally reachable, and multicast. */
const NOT_PUBLIC: readonly (readonly [network: string, prefix: number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
  ["::", 128],
  ["::1", 128],
  ["64:ff9b::", 96],
  ["64:ff9b:1::", 48],
  ["100::", 64],
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["fc00::", 7],
  ["fe80::", 10],
  ["fec0::", 10],
  ["ff00::", 8],
];

const blocked = new BlockList();
for (const [network, prefix] of NOT_PUBLIC) blocked.addSubnet(network, prefix, isIPv4(network) ? "ipv4" : "ipv6");

/** Whether an address belongs to this machine, a private network or no one. IPv4 inside IPv6 counts as what it is. */
export function isPrivateAddress(address: string): boolean {
  const plain = address.replace(/%.*$/, "");
  const family = isIP(plain);
  if (family === 0) return true; // no address at all: better refused
  return blocked.check(plain, family === 4 ? "ipv4" : "ipv6");
}

/**
 * Refuses addresses that no download may ask: other schemes than http(s), credentials in them, and, unless allowed, private hosts.
 *
 * Names are judged when they are resolved: {@link guardedLookup}.
 *
 * @throws {@link QueryError}
 */
export function checkAddress(text: string, allowPrivate: boolean): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw new QueryError(`${JSON.stringify(text)} is no address`, { hint: "give an http(s) URL" });
  const shown = withoutQuery(url.href);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new QueryError(`${shown} was refused: only http and https are fetched`, { hint: "give an http(s) URL" });
  }
  if (url.username !== "" || url.password !== "") {
    throw new QueryError(`the address of ${url.host} was refused: it holds credentials`, {
      hint: "addresses are written into records: give credentials to the downloader",
    });
  }
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (!allowPrivate && isIP(host) !== 0 && isPrivateAddress(host)) throw refused(host);
  return url;
}

/** Resolves names for connections that may only go to public addresses: the address that is judged is the one that is used. */
export const guardedLookup: LookupFunction = (hostname, options, callback) => {
  resolveName(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, "");
    const inside = addresses.find(({ address }) => isPrivateAddress(address));
    if (inside !== undefined) return callback(refused(`${hostname} (${inside.address})`), "");
    const [first] = addresses;
    if (options.all === true) callback(null, addresses);
    else callback(null, first?.address ?? "", first?.family);
  });
};

function refused(host: string): QueryError {
  return new QueryError(`${host} was refused: it is on this machine or in a private network`, {
    hint: "allow private addresses if it is meant (--allow-private)",
  });
}

/** An address for messages and records: what may hold a signature is left out. */
export function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/s, (rest) => (rest.startsWith("?") ? "?…" : ""));
}
