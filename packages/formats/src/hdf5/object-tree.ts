import { Failure } from "./failure.js";
import type { H5Module } from "./h5-module.js";
import type { Hdf5Link } from "./hdf5-file.js";
import { compareCodePoints, componentsOf, joinPath, MAX_SOFT_LINKS } from "./names.js";

/** Where a path leads once its soft links have been followed. */
export type Resolved =
  | { readonly kind: "group" | "array" | "datatype"; readonly path: string }
  | { readonly kind: "missing"; readonly path: string }
  | { readonly kind: "external"; readonly path: string; readonly target: string };

/**
 * Groups, links and what they lead to.
 *
 * Links are followed here and not by HDF5: h5wasm goes on with uninitialised memory when a link does not resolve, and an
 * external link could find a file that has nothing to do with it.
 */
export class ObjectTree {
  readonly #module: H5Module;
  readonly #file: bigint;
  readonly #url: string;
  readonly #names = new Map<string, ReadonlySet<string>>();
  readonly #links = new Map<string, Hdf5Link>();
  readonly #kinds = new Map<string, "group" | "array" | "datatype">();

  constructor(module: H5Module, file: bigint, url: string) {
    this.#module = module;
    this.#file = file;
    this.#url = url;
  }

  /** Members of a group, by name in code-point order. `path` has no links left in it. */
  list(path: string): readonly Hdf5Link[] {
    return [...this.#namesOf(path)].sort(compareCodePoints).map((name) => this.#link(path, name));
  }

  /** Follows a path. @throws {@link Failure} `format` when soft links run in a circle */
  resolve(path: string): Resolved {
    let rest = componentsOf(path);
    let current = "/";
    let softLinks = 0;
    for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
      if (this.#kind(current) !== "group" || !this.#namesOf(current).has(name)) {
        return { kind: "missing", path: joinPath(current, name) };
      }
      const link = this.#link(current, name);
      const target = link.target ?? "";
      if (link.kind === "external") return { kind: "external", path: joinPath(current, name), target };
      if (link.kind === "hard") {
        current = joinPath(current, name);
        continue;
      }
      softLinks += 1;
      if (softLinks > MAX_SOFT_LINKS) throw this.#loop(path);
      rest = [...componentsOf(target), ...rest];
      if (target.startsWith("/")) current = "/";
    }
    return { kind: this.#kind(current), path: current };
  }

  #loop(path: string): Failure {
    return new Failure("format", `soft links lead in a circle: ${path} in ${this.#url}`, { at: path });
  }

  #namesOf(path: string): ReadonlySet<string> {
    const known = this.#names.get(path);
    if (known !== undefined) return known;
    const what = `cannot list group ${path} of ${this.#url}`;
    const names = this.#module.run(what, path, () => this.#module.wasm.get_names(this.#file, path, false));
    const set = new Set(names);
    this.#names.set(path, set);
    return set;
  }

  #link(parent: string, name: string): Hdf5Link {
    const path = joinPath(parent, name);
    const known = this.#links.get(path);
    if (known !== undefined) return known;
    const link = this.#module.run(`cannot read link ${path} of ${this.#url}`, path, () => this.#readLink(path, name));
    this.#links.set(path, link);
    return link;
  }

  #readLink(path: string, name: string): Hdf5Link {
    const { wasm } = this.#module;
    const soft: string | null = wasm.get_symbolic_link(this.#file, path);
    if (soft !== null) return { name, kind: "soft", target: soft };
    const external: { filename?: string; obj_path?: string } = wasm.get_external_link(this.#file, path);
    if (external.filename === undefined) return { name, kind: "hard" };
    return { name, kind: "external", target: `${external.filename}:${external.obj_path ?? ""}` };
  }

  #kind(path: string): "group" | "array" | "datatype" {
    if (path === "/") return "group";
    const known = this.#kinds.get(path);
    if (known !== undefined) return known;
    const { wasm } = this.#module;
    const what = `cannot open ${path} of ${this.#url}`;
    const type = this.#module.run(what, path, () => wasm.get_type(this.#file, path));
    const kind = new Map([
      [wasm.H5G_GROUP, "group"],
      [wasm.H5G_DATASET, "array"],
      [wasm.H5G_TYPE, "datatype"],
    ] as const).get(type);
    if (kind === undefined) throw new Failure("format", `${what}: no known kind of object (${type})`, { at: path });
    this.#kinds.set(path, kind);
    return kind;
  }
}
