/**
 * The two kinds of error that are thrown; a refusal is a value (see outcome.ts).
 * `code` is stable and may be alerted on; `message` is for developers and never holds personal data.
 */
abstract class CodedError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.name = new.target.name;
  }
}

/** Something we depend on did not answer: the same call may succeed later. */
export class Unavailable extends CodedError {}

/** The program contradicts itself: wake us. */
export class Bug extends CodedError {}
