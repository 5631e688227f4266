import { type DataErrorDetails, FormatError, SchemaError } from "@crossprobe/core";

/** Where in an archive something is, for messages: the file, the recording and what of it. */
export interface Place {
  /** The archive. */
  readonly url: string;
  /** Recording and scale in words. */
  readonly recording: string;
  /** Path inside the file. */
  readonly path: string;
}

/** The same recording, another path of it. */
export function placeAt(place: Place, path: string): Place {
  return { ...place, path };
}

/** One chunk of the recording. */
export function chunkPlace(place: Place, index: number, path: string): Place {
  return { ...place, recording: `${place.recording}, chunk ${index}`, path };
}

/** Stored bytes that cannot be decoded as LFPack. */
export function formatError(place: Place, says: string, details: DataErrorDetails = {}): FormatError {
  return new FormatError(`LFPack ${place.recording} (${place.path} in ${place.url}): ${says}`, {
    format: "lfpack",
    url: place.url,
    at: place.path,
    cause: details.cause,
    hint:
      details.hint ?? "fetch the file again and compare its size and digest with the source's; report it if they agree",
  });
}

/** Metadata of a shape that LFPack does not have. */
export function schemaError(place: Place, says: string): SchemaError {
  return new SchemaError(`LFPack ${place.recording} (${place.path} in ${place.url}): ${says}`, {
    url: place.url,
    hint: "lfpack 0.1 to 1.2 do not write this; see whether the file was edited, or report its origin",
  });
}
