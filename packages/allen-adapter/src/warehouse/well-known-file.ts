import { z } from "zod";

/** A file that the warehouse stores. */
export interface WellKnownFile {
  readonly id: string;
  /** As the service answered: a path on it, such as `/api/v2/well_known_file_download/953129492`. */
  readonly link: string;
  /** Where it lies on the institute's own disks; null where it is not said. */
  readonly serverPath: string | null;
}

/** Source: rows of the model `WellKnownFile`. */
export const wellKnownFileSchema = z
  .looseObject({ id: z.int(), download_link: z.string().min(1), path: z.string().nullish() })
  .transform(({ id, download_link, path }): WellKnownFile => {
    return { id: String(id), link: download_link, serverPath: path ?? null };
  });

/** Which template a file is, by the name it has on the institute's disks; `undefined` for any other file. */
export function templateOf({
  serverPath,
}: WellKnownFile): { readonly kind: "natural-movie" | "natural-scene"; readonly number: number } | undefined {
  const scene = /\/(\d+)\.tiff$/.exec(serverPath ?? "")?.[1];
  if (scene !== undefined) return { kind: "natural-scene", number: Number(scene) };
  const movie = /natural_movie_(\d+)\.npy$/.exec(serverPath ?? "")?.[1];
  return movie === undefined ? undefined : { kind: "natural-movie", number: Number(movie) };
}
