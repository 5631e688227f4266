import type { BlockList, LookupFunction } from "node:net";
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

/** A module of Node's own, without an import that bundles for pages would stumble over. Absent: undefined in a page. */
function builtin<Id extends "node:net" | "node:dns">(id: Id) {
  return typeof process === "undefined" ? undefined : process.getBuiltinModule?.(id);
}

let blocked: BlockList | undefined;

/**
 * Whether an address belongs to this machine, a private network or no one. IPv4 inside IPv6 counts as what it is. For Node: pages follow
 * redirects themselves.
 */
export function isPrivateAddress(address: string): boolean {
  const net = builtin("node:net");
  const plain = address.replace(/%.*$/, "");
  const family = net?.isIP(plain) ?? 0;
  if (net === undefined || family === 0) return true; // no address at all: better refused
  if (blocked === undefined) {
    blocked = new net.BlockList();
    for (const [network, prefix] of NOT_PUBLIC)
      blocked.addSubnet(network, prefix, net.isIPv4(network) ? "ipv4" : "ipv6");
  }
  return blocked.check(plain, family === 4 ? "ipv4" : "ipv6");
}

/** The address that a URL's host is written as; `undefined` where it is a name. */
export function writtenAddress({ hostname }: URL): string | undefined {
  const host = hostname.replace(/^\[|\]$/g, "");
  return (builtin("node:net")?.isIP(host) ?? 0) === 0 ? undefined : host;
}

/** Whether a URL's host is, or is a name of, a private address. A name that cannot be resolved is none. */
export async function isPrivateHost(url: URL): Promise<boolean> {
  const written = writtenAddress(url);
  if (written !== undefined) return isPrivateAddress(written);
  const dns = builtin("node:dns");
  if (dns === undefined) return false;
  const addresses = await dns.promises.lookup(url.hostname, { all: true }).catch(() => []);
  return addresses.some(({ address }) => isPrivateAddress(address));
}

/** Resolves names for connections that may only go to public addresses: the address that is judged is the one that is used. */
export const guardedLookup: LookupFunction = (hostname, options, callback) => {
  builtin("node:dns")?.lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, "");
    const inside = addresses.find(({ address }) => isPrivateAddress(address));
    if (inside !== undefined) return callback(refusedAddress(`${hostname} (${inside.address})`), "");
    const [first] = addresses;
    if (options.all === true) callback(null, addresses);
    else callback(null, first?.address ?? "", first?.family);
  });
};

/** An address as HTTP clients have it. */
export interface ResolvedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** The same as a promise. @throws {@link QueryError} for a name that leads to a private address */
export async function resolvePublic(hostname: string): Promise<[ResolvedAddress[]]> {
  const found = (await builtin("node:dns")?.promises.lookup(hostname, { all: true })) ?? [];
  const inside = found.find(({ address }) => isPrivateAddress(address));
  if (inside !== undefined) throw refusedAddress(`${hostname} (${inside.address})`);
  return [found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }))];
}

export function refusedAddress(host: string): QueryError {
  return new QueryError(`${host} was refused: it is on this machine or in a private network`, {
    hint: "allow private addresses if it is meant (--allow-private)",
  });
}
