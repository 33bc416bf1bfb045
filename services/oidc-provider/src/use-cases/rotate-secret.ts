import { accepted, type Outcome, refused } from '@psc/kernel';
import type { Applications, Signature } from '#src/ports/applications.ts';

export interface RotatedSecret {
  /** To be shown once. */
  readonly secret: string;
  /** Until when the former one works too; undefined: it does not any more. */
  readonly formerUntil: number | undefined;
}

/** Invents another secret. The former one stops at once, or works beside it for `graceMs`. */
export function createRotateSecret(needs: {
  readonly applications: Applications;
  readonly inventSecret: () => string;
}): (
  clientId: string,
  graceMs: number,
  signature: Signature,
) => Promise<Outcome<RotatedSecret, 'unknown' | 'has_no_secret'>> {
  const { applications, inventSecret } = needs;

  return (clientId, graceMs, signature) =>
    applications.change(async (changing) => {
      if (!(await changing.find(clientId))) return refused('unknown');
      const formerUntil = graceMs > 0 ? signature.at + graceMs : undefined;
      const rotated = { secret: inventSecret(), formerUntil };
      return (await changing.changeSecret(clientId, rotated, signature))
        ? accepted(rotated)
        : refused('has_no_secret');
    });
}
