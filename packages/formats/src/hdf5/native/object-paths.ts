import { joinPath } from "../names.js";
import type { FileBytes } from "./file-bytes.js";
import { kindOf } from "./object-header.js";
import type { ObjectMap } from "./object-map.js";
import type { StoredLink } from "./symbol-table.js";

interface Group {
  readonly address: number;
  readonly path: string;
  links?: readonly StoredLink[];
  next: number;
}

/**
 * Finds the path of an object by its address, as HDF5 does: the first hard link on a walk through the file, depth first.
 *
 * The walk goes on where the last one ended, so that all references together cost one walk at most.
 *
 * Source: `H5G_get_name_by_addr` in H5Gname.c
 */
export class ObjectPaths {
  readonly #objects: ObjectMap;
  readonly #paths = new Map<number, string>();
  readonly #groups = new Set<number>();
  readonly #open: Group[] = [];
  #isBegun = false;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(objects: ObjectMap) {
    this.#objects = objects;
  }

  /** The path; null for an address that no link leads to. */
  find(file: FileBytes, address: number): Promise<string | null> {
    const known = this.#paths.get(address);
    if (known !== undefined) return Promise.resolve(known);
    // One walk at a time: each goes on from where the other came to.
    const finding = this.#queue.then(() => this.#walkTo(file, address));
    this.#queue = finding.catch(() => undefined);
    return finding;
  }

  async #walkTo(file: FileBytes, address: number): Promise<string | null> {
    if (!this.#isBegun) {
      const root = await this.#objects.root(file);
      this.#isBegun = true;
      this.#paths.set(root.address, "/");
      this.#groups.add(root.address);
      this.#open.push({ address: root.address, path: "/", next: 0 });
    }
    while (!this.#paths.has(address)) {
      const group = this.#open.at(-1);
      if (group === undefined) return null;
      group.links ??= await this.#objects.list(file, await this.#objects.header(file, group.address));
      const link = group.links[group.next];
      if (link === undefined) this.#open.pop();
      else await this.#step(file, group, link);
    }
    return this.#paths.get(address) ?? null;
  }

  async #step(file: FileBytes, group: Group, link: StoredLink): Promise<void> {
    const path = joinPath(group.path, link.name);
    if (link.address !== undefined && !this.#groups.has(link.address)) {
      const isGroup = kindOf(await this.#objects.header(file, link.address)) === "group";
      if (isGroup) {
        this.#groups.add(link.address);
        this.#open.push({ address: link.address, path, next: 0 });
      }
    }
    if (link.address !== undefined && !this.#paths.has(link.address)) this.#paths.set(link.address, path);
    group.next += 1;
  }
}
