import type { Approval } from '@psc/approvals';
import type { AuthMode } from './claims.ts';

/** A login that the professional approved, as the engine remembers it in the session. */
export interface FinishedLogin {
  readonly nationalId: string;
  readonly means: 'ecps' | 'cps';
  readonly acr: string;
  /** In seconds: when the professional answered. */
  readonly authTime: number;
}

/** Why a browser that came back does not get its login. */
export type FinishRefusal =
  /** No such approval, or forgotten since. */
  | 'unknown'
  /** Nobody answered yet, or the answer was no: the wallet has the page for it. */
  | 'not_approved'
  /** This login was finished already: a page loaded again, or two requests at once. */
  | 'already_finished'
  /** The proof was not made by auth-broker, for us, for this login. */
  | 'proof_invalid'
  /** The browser that came back is not the one in which the identifier was typed. */
  | 'other_browser'
  /** The register no longer lets this professional practise, or no longer knows them. */
  | 'professional_inactive'
  /** The register leads this identifier to another one by now: the login begins anew, under that one. */
  | 'identifier_replaced';

/** The claims of a proof whose signature holds. */
export interface Proof {
  readonly sub: string;
  readonly approval: string;
  readonly client: string;
  readonly means: 'ecps' | 'cps';
  readonly acr: string;
  readonly auth_time: number;
  readonly browser?: string | undefined;
}

/** What the proof of a login must say. */
export type ExpectedLogin = { readonly id: string; readonly clientId: string } & (
  | {
      readonly channel: 'browser';
      /** SHA-256 (base64url) of the return code that the browser brought. */
      readonly browser: string;
    }
  | { readonly channel: 'ciba'; readonly means: Proof['means'] }
);

/**
 * Does this proof speak of this login, for this application, in this browser? A proof of another login of the same person
 * must not do, nor one that a stolen handle brings back in another browser (docs/decisions/0001). By CIBA there is no
 * browser: its proof names none, and so finishes no login of one, nor theirs a request by CIBA.
 */
export function checkProof(
  proof: Proof,
  login: ExpectedLogin,
): 'proof_invalid' | 'other_browser' | undefined {
  if (proof.approval !== login.id || proof.client !== login.clientId) return 'proof_invalid';
  if (login.channel === 'ciba')
    return proof.browser === undefined && proof.means === login.means ? undefined : 'proof_invalid';
  if (proof.browser === undefined) return 'proof_invalid';
  return proof.browser === login.browser ? undefined : 'other_browser';
}

/** What an approval that cannot be taken means for the browser that came back. */
export function refusalOf(approval: Approval | undefined): FinishRefusal | undefined {
  switch (approval?.state) {
    case undefined:
      return 'unknown';
    case 'approved':
      return undefined;
    case 'taken':
      return 'already_finished';
    case 'opened':
    case 'challenged':
    case 'denied':
    case 'reported':
    case 'expired':
      return 'not_approved';
  }
}

/** `amr` of our sessions is how the professional proved who they are; PSC tells applications by `authMode`. */
export function authModeOf(amr: readonly string[] | undefined): AuthMode {
  return amr?.includes('cps') ? 'CARD' : 'MOBILE';
}
