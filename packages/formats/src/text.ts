import { FormatError } from "@crossprobe/core";

/** Longer texts are held by no JavaScript engine of today. Source: `String::kMaxLength` of V8, 2^29 - 24. */
const MAX_TEXT_BYTES = 2 ** 29 - 24;

/** Text from UTF-8 bytes, without a byte order mark. @throws FormatError where they are not UTF-8, or too many */
export function decodeText(bytes: Uint8Array, url: string, format: string): string {
  if (bytes.byteLength > MAX_TEXT_BYTES) {
    throw new FormatError(`${url} has ${bytes.byteLength} bytes of text, the limit is ${MAX_TEXT_BYTES}.`, {
      format,
      url,
      at: MAX_TEXT_BYTES,
      hint: "Split it into smaller files.",
    });
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new FormatError(`${url} is not UTF-8 text.`, { format, url, cause });
  }
}
