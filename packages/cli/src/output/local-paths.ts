import { fileURLToPath } from "node:url";

/** A text for people with `file:` URLs spelt as the paths that they were given as; what is no such URL stays. */
export function withLocalPaths(text: string): string {
  return text.replace(/file:\/\/\/[^\s;,#()'"]*/g, (url) => {
    try {
      return fileURLToPath(url);
    } catch {
      return url;
    }
  });
}
