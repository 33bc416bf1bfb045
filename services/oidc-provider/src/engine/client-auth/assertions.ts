import { hash } from 'node:crypto';
import type { Clock } from '@psc/kernel';
import type { Quotas } from '@psc/quotas';
import { errors, type Provider } from 'oidc-provider';
import { asOutage } from '#src/engine/outage.ts';
import { CLOCK_TOLERANCE_SECONDS } from '#src/engine/store.ts';

/** As long as Keycloak accepts one by default, counted from `iat`, or up to `exp` without it. */
const LONGEST_LIFE_S = 300;

/**
 * An assertion (RFC 7523) works once and for a few minutes: one that lived for years could be stolen for years, and would have
 * to be remembered for as long.
 */
export function createAssertLifetime(clock: Clock) {
  return (_ctx: unknown, claims: Readonly<Record<string, unknown>>): void => {
    const now = Math.floor(clock() / 1000);
    const { iat, exp } = claims;
    if (iat !== undefined) {
      if (typeof iat !== 'number') refuse('iat must be a number');
      if (iat > now + CLOCK_TOLERANCE_SECONDS) refuse('iat is in the future');
      if (iat < now - LONGEST_LIFE_S - CLOCK_TOLERANCE_SECONDS)
        refuse(`it was issued more than ${LONGEST_LIFE_S} seconds ago`);
    } else if (Number(exp) > now + LONGEST_LIFE_S + CLOCK_TOLERANCE_SECONDS)
      refuse(`without iat, exp must be within ${LONGEST_LIFE_S} seconds`);
  };
}

function refuse(what: string): never {
  throw new errors.InvalidClientAuth(`the client assertion is refused: ${what}`);
}

/**
 * The library looks an assertion up and then notes it: of two at the same time both pass. Here the datastore counts them in
 * one step. They are forgotten when none that was seen can be valid any more, whatever its `exp` says.
 */
export function refuseReplays(provider: Provider, quotas: () => Quotas): void {
  const keptMs = (LONGEST_LIFE_S + 2 * CLOCK_TOLERANCE_SECONDS) * 1000;
  provider.ReplayDetection.unique = async (issuer: string, id: string) => {
    const name = hash('sha256', JSON.stringify([issuer, id]), 'base64url');
    return quotas().reserve(`client-assertion:${name}`, 1, keptMs).catch(asOutage);
  };
}

/**
 * An assertion is for us by the name of the issuer, or by the address of the endpoint, as discovery has it: where an application
 * with a certificate finds it too (RFC 8705 §5), which the library does not know of.
 */
export function acceptAudiences(provider: Provider, issuer: string, mtlsUrl: string | undefined): void {
  const { origin } = new URL(issuer);
  const { prototype } = provider.OIDCContext;
  const ofLibrary = prototype.clientJwtAuthExpectedAudience;
  prototype.clientJwtAuthExpectedAudience = function () {
    const audiences = [...ofLibrary.call(this)];
    if (mtlsUrl === undefined) return new Set(audiences);
    const aliases = audiences
      .filter((url) => url !== issuer)
      .map((url) => mtlsUrl + url.slice(origin.length));
    return new Set([...audiences, ...aliases]);
  };
}
