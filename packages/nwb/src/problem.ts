import { type DataError, FormatError, isDataError, type Notice } from "@crossprobe/core";
import type { Hdf5File } from "@crossprobe/formats/hdf5";

/** What is needed to say more about a damaged place of an NWB file. */
export interface ProblemDetails {
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** A place of an NWB file that contradicts the standard, as a {@link FormatError} that names it. */
export function nwbProblem(file: Hdf5File, path: string, message: string, details: ProblemDetails = {}): FormatError {
  return new FormatError(`${message} (${path} in ${file.url})`, {
    format: "nwb",
    url: file.url,
    at: path,
    hint: details.hint,
    cause: details.cause,
  });
}

/** Something at a place of an NWB file that was doubted, left out or read nevertheless. */
export function nwbNotice(file: Hdf5File, path: string, code: string, message: string, count = 1): Notice {
  return { code, message, count, where: `${file.url}#${path}` };
}

/**
 * The result, or the error when the file itself is to blame (it does not decode, contradicts itself, or uses what we do not read).
 *
 * Aborts and failures to fetch bytes are not the file's fault: they reject.
 */
export async function attempt<Value>(
  action: () => Promise<Value>,
): Promise<{ readonly value: Value } | { readonly problem: DataError }> {
  try {
    return { value: await action() };
  } catch (error) {
    if (isFileProblem(error)) return { problem: error };
    throw error;
  }
}

function isFileProblem(error: unknown): error is DataError {
  return isDataError(error) && error.code !== "store" && error.code !== "config";
}
