import { Unavailable } from '@psc/kernel';
import { errors } from 'oidc-provider';

/**
 * What we depend on does not answer: the library must say 503 `temporarily_unavailable`, which clients of PSC read as
 * "try later", and not 500 nor a refusal, which they read as "this person may not log in".
 */
export class Outage extends errors.TemporarilyUnavailable {
  override readonly status = 503;
  override readonly statusCode = 503;
  // Shown to the person, who can try again here; sent back to the application, the login would be lost.
  override readonly allow_redirect = false;

  constructor(cause: Unavailable) {
    super('a dependency did not answer', { cause });
  }
}

/** For `promise.catch(asOutage)`: an outage in the library's words, anything else as it was. */
export function asOutage(error: unknown): never {
  throw error instanceof Unavailable ? new Outage(error) : error;
}
