import { componentsOf, joinPath, MAX_SOFT_LINKS } from "../names.js";
import { BoundedCache } from "./bounded-cache.js";
import { Damage } from "./damage.js";
import type { FileBytes } from "./file-bytes.js";
import { findLink, listLinks } from "./links.js";
import { costOf, kindOf, type ObjectHeader, readObjectHeader } from "./object-header.js";
import { describeArray, type StoredArray } from "./stored-array.js";
import type { StoredLink } from "./symbol-table.js";

/** Where a path leads once its soft links have been followed. */
export type Place =
  | { readonly kind: "object"; readonly path: string; readonly header: ObjectHeader }
  | { readonly kind: "missing"; readonly path: string }
  | { readonly kind: "external"; readonly path: string; readonly target: string };

/** Budgets of what is kept parsed, in bytes or about as many. */
const HEADER_BYTES = 4 << 20;
const LISTING_BYTES = 4 << 20;
const LINK_COUNT = 16_384;
const ARRAY_COUNT = 4096;
/** About what a link takes in memory beside its name. */
const LINK_BYTES = 150;

/** Groups, links and what they lead to, the parsed parts kept within bounds. */
export class ObjectMap {
  readonly #root: number;
  readonly #headers = new BoundedCache<number, ObjectHeader>(HEADER_BYTES);
  readonly #listings = new BoundedCache<number, readonly StoredLink[]>(LISTING_BYTES);
  readonly #links = new BoundedCache<string, StoredLink | null>(LINK_COUNT);
  readonly #arrays = new BoundedCache<number, StoredArray>(ARRAY_COUNT);

  constructor(root: number) {
    this.#root = root;
  }

  clear(): void {
    for (const cache of [this.#headers, this.#listings, this.#links, this.#arrays]) cache.clear();
  }

  async root(file: FileBytes): Promise<ObjectHeader> {
    const header = await this.header(file, this.#root);
    if (kindOf(header) !== "group") throw new Damage("the root is no group");
    return header;
  }

  async header(file: FileBytes, address: number): Promise<ObjectHeader> {
    const known = this.#headers.get(address);
    if (known !== undefined) return known;
    const header = await readObjectHeader(file, address);
    this.#headers.set(address, header, costOf(header));
    return header;
  }

  async array(file: FileBytes, header: ObjectHeader): Promise<StoredArray> {
    const known = this.#arrays.get(header.address);
    if (known !== undefined) return known;
    const array = await describeArray(file, header);
    this.#arrays.set(header.address, array, 1);
    return array;
  }

  /** Every member of a group, in the order of the file. */
  async list(file: FileBytes, group: ObjectHeader): Promise<readonly StoredLink[]> {
    const known = this.#listings.get(group.address);
    if (known !== undefined) return known;
    const links = await listLinks(file, group);
    const cost = links.reduce((sum, link) => sum + LINK_BYTES + 2 * link.name.length, 0);
    this.#listings.set(group.address, links, cost);
    return links;
  }

  /** Follows a path; `undefined` when soft links run in a circle. */
  async resolve(file: FileBytes, path: string): Promise<Place | undefined> {
    const rest = componentsOf(path);
    let current = { path: "/", header: await this.root(file) };
    let softLinks = 0;
    for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
      const next = joinPath(current.path, name);
      const link = kindOf(current.header) === "group" ? await this.#link(file, current.header, name) : undefined;
      if (link === undefined) return { kind: "missing", path: next };
      const target = link.target ?? "";
      if (link.kind === "external") return { kind: "external", path: next, target };
      if (link.kind === "hard") {
        if (link.address === undefined) throw new Damage(`member ${name} has no address`);
        current = { path: next, header: await this.header(file, link.address) };
        continue;
      }
      softLinks += 1;
      if (softLinks > MAX_SOFT_LINKS) return undefined;
      rest.unshift(...componentsOf(target));
      if (target.startsWith("/")) current = { path: "/", header: await this.root(file) };
    }
    return { kind: "object", ...current };
  }

  /** Where an object's header is, without a look at it; `undefined` unless a hard link of a group leads to it. */
  async locate(file: FileBytes, path: string): Promise<number | undefined> {
    const names = componentsOf(path);
    const name = names.pop();
    if (name === undefined) return this.#root;
    const parent = await this.resolve(file, joinPath("/", names.join("/")));
    if (parent?.kind !== "object" || kindOf(parent.header) !== "group") return undefined;
    return (await this.#link(file, parent.header, name))?.address;
  }

  async #link(file: FileBytes, group: ObjectHeader, name: string): Promise<StoredLink | undefined> {
    const key = `${group.address} ${name}`;
    const known = this.#links.get(key);
    if (known !== undefined) return known ?? undefined;
    const link = await findLink(file, group, name);
    this.#links.set(key, link ?? null, 1);
    return link;
  }
}
