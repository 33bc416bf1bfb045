import type { Application } from '#src/domain/application.ts';
import { frontChannelUrls, returnAddressOf } from '#src/domain/logout.ts';
import type { OpenSession } from '#src/domain/session.ts';
import type { EndSession } from './end-session.ts';

/** What came to the logout endpoint. '' for what was not said. */
export interface LogoutRequest {
  readonly idTokenHint: string;
  readonly clientId: string;
  readonly returnTo: string;
  readonly state: string;
  /** The session of the browser that brought it. */
  readonly browser: OpenSession | undefined;
  /** The person said yes, on our page. */
  readonly confirmed: boolean;
}

export type LogoutRefusal =
  /** No ID token of ours. */
  | 'hint_invalid'
  /** The ID token is of another application than the one that asks. */
  | 'hint_of_another'
  | 'application_unknown'
  /** Nothing was done, and the browser is not sent there. */
  | 'return_unregistered';

export type LoggedOut =
  | {
      readonly step: 'refuse';
      readonly refusal: LogoutRefusal;
      readonly application?: Application | undefined;
    }
  | { readonly step: 'confirm'; readonly application: Application | undefined }
  | {
      readonly step: 'leave';
      readonly application: Application | undefined;
      /** '' to stay on our page; undefined when the application asked for an address that it did not register. */
      readonly next: string | undefined;
      /** To be shown in frames. */
      readonly frames: readonly string[];
      /** What this browser's own session has become. */
      readonly browser: 'ended' | 'none' | 'another';
    };

export type LogOut = (request: LogoutRequest) => Promise<LoggedOut>;

/** What a valid ID token says to the logout endpoint. */
export interface IdTokenHint {
  readonly clientId: string;
  readonly sid: string;
}

/**
 * RP-initiated logout. An ID token of ours, expired or not, speaks for its person: the session that it names is ended at
 * once, and no other one, whoever brings it: anybody has an ID token of their own, and a link with it must not log others
 * out. Without one, anybody's link could: the person confirms.
 */
export function createLogOut(needs: {
  readonly endSession: EndSession;
  readonly readIdToken: (jwt: string) => Promise<IdTokenHint | undefined>;
  readonly findApplication: (clientId: string) => Application | undefined;
  readonly issuer: string;
}): LogOut {
  const { endSession, readIdToken, findApplication, issuer } = needs;

  return (request) => (request.idTokenHint === '' ? withoutHint(request) : withHint(request));

  async function withHint(request: LogoutRequest): Promise<LoggedOut> {
    const hint = await readIdToken(request.idTokenHint);
    if (!hint) return { step: 'refuse', refusal: 'hint_invalid' };
    if (request.clientId !== '' && request.clientId !== hint.clientId)
      return { step: 'refuse', refusal: 'hint_of_another' };

    // Suspended meanwhile, it is not among those that we know; its person may leave all the same.
    const application = findApplication(hint.clientId);
    const ended = await endSession(hint.sid);
    const { browser } = request;
    return {
      step: 'leave',
      application,
      next: returnAddressOf(application, request),
      frames: framesOf(ended),
      browser: browser === undefined ? 'none' : browser.sid === hint.sid ? 'ended' : 'another',
    };
  }

  async function withoutHint(request: LogoutRequest): Promise<LoggedOut> {
    const { clientId, browser, confirmed } = request;
    const application = findApplication(clientId);
    if (clientId !== '' && !application) return { step: 'refuse', refusal: 'application_unknown' };
    // Nobody registered an address for an application that is not named: it is not followed.
    const next = application ? returnAddressOf(application, request) : '';
    if (next === undefined) return { step: 'refuse', refusal: 'return_unregistered', application };
    if (browser && !confirmed) return { step: 'confirm', application };

    const ended = browser && (await endSession(browser.sid));
    const frames = framesOf(ended);
    return { step: 'leave', application, next, frames, browser: browser ? 'ended' : 'none' };
  }

  function framesOf(ended: OpenSession | undefined): readonly string[] {
    return ended ? frontChannelUrls(ended, issuer, findApplication) : [];
  }
}
