import { escapeXml, short } from "../report/svg.js";

export const FONT = "DejaVu Sans, Verdana, Helvetica, Arial, sans-serif";
export const INK = { text: "#1c2430", soft: "#5b6675", line: "#8a94a3" };

export interface TextOptions {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly anchor?: "middle" | "end";
  readonly isBold?: boolean;
  readonly colour?: string;
  readonly rotate?: number;
}

/** A line of text in a figure. */
export function text(content: string, { x, y, size, anchor, isBold, colour = INK.text, rotate }: TextOptions): string {
  const turn = rotate === undefined ? "" : ` transform="rotate(${rotate} ${short(x)} ${short(y)})"`;
  const weight = isBold ? ` font-weight="bold"` : "";
  const anchored = anchor === undefined ? "" : ` text-anchor="${anchor}"`;
  return `<text x="${short(x)}" y="${short(y)}" font-size="${size}" fill="${colour}"${weight}${anchored}${turn}>${escapeXml(content)}</text>`;
}
