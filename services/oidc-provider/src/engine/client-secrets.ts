import { hash, timingSafeEqual } from 'node:crypto';
import type { Application } from '#src/domain/application.ts';

/** The secrets that work now: its own, and the former one during the grace of a rotation. None for one without. */
export function secretsOf(
  { secret, formerSecret }: Pick<Application, 'secret' | 'formerSecret'>,
  now: number,
): readonly string[] {
  const secrets =
    formerSecret !== undefined && now < formerSecret.until ? [secret, formerSecret.value] : [secret];
  return secrets.filter((one) => one !== '');
}

/** Whether this is a secret of this application, compared in a time that tells nothing of it. */
export function isSecretOf(
  application: Pick<Application, 'secret' | 'formerSecret'>,
  presented: string,
  now: number,
): boolean {
  const digest = hash('sha256', presented, 'buffer');
  return secretsOf(application, now).some((secret) =>
    timingSafeEqual(hash('sha256', secret, 'buffer'), digest),
  );
}
