import { extname } from "node:path";
import { InvalidArgumentError } from "commander";

/** Parser of the name of a picture. */
export function parsePictureFile(path: string): string {
  if (/\.(svg|png)$/i.test(path)) return path;
  throw new InvalidArgumentError(`${extname(path) || "No extension"} cannot be written; name it .svg or .png.`);
}

/** An SVG as the file of that name has it: as it is, or as PNG of two pixels a unit. */
export async function pictureOf(svg: string, path: string): Promise<Uint8Array | string> {
  if (extname(path).toLowerCase() !== ".png") return svg;
  return (await import("../plot/figure-png.js")).renderPng(svg);
}
