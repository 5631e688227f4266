import { FormatError } from "@crossprobe/core";

/** Text from UTF-8 bytes, without a byte order mark. @throws FormatError where they are not UTF-8 */
export function decodeText(bytes: Uint8Array, url: string, format: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new FormatError(`${url} is not UTF-8 text.`, { format, url, cause });
  }
}
