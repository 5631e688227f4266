import type { FailureMessage } from "./protocol.js";

/** What a failure says beside its message. */
export interface FailureDetails {
  readonly hint?: string | undefined;
  readonly at?: string | undefined;
  readonly diagnostics?: string | undefined;
  readonly fatal?: boolean | undefined;
}

/** An error inside the worker, in plain fields that survive the way to the main thread. */
export class Failure extends Error {
  readonly code: FailureMessage["code"];
  readonly details: FailureDetails;

  constructor(code: FailureMessage["code"], message: string, details: FailureDetails = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }

  toMessage(): FailureMessage {
    const { hint, at, diagnostics, fatal } = this.details;
    return { code: this.code, message: this.message, hint, at, diagnostics, fatal: fatal ?? false };
  }
}
