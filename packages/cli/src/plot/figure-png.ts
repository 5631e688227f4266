import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { initWasm, Resvg } from "@resvg/resvg-wasm";

/** Pixels for each unit of a figure. */
const ZOOM = 2;
/** Ship with the command, so that a picture has its text on every machine. */
const FONTS = ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"];

let isReady: Promise<void> | undefined;

/** An SVG as PNG, twice its size in pixels. */
export async function renderPng(svg: string): Promise<Uint8Array> {
  isReady ??= readFile(createRequire(import.meta.url).resolve("@resvg/resvg-wasm/index_bg.wasm")).then(initWasm);
  await isReady;
  const fontBuffers = await Promise.all(FONTS.map((name) => readFile(new URL(`../../fonts/${name}`, import.meta.url))));
  const font = { fontBuffers, defaultFontFamily: "DejaVu Sans", sansSerifFamily: "DejaVu Sans" };
  const drawing = new Resvg(svg, { font, fitTo: { mode: "zoom", value: ZOOM }, imageRendering: 0 });
  try {
    return drawing.render().asPng();
  } finally {
    drawing.free();
  }
}
