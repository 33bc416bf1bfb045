import { type Application, mayRedirectTo } from './application.ts';
import type { OpenSession } from './session.ts';

type LeftApplication = Pick<Application, 'loopbackRedirects' | 'postLogoutRedirectUris'>;

/**
 * Where a browser goes on to once its session is over (OpenID Connect RP-Initiated Logout §3): '' when the application asks
 * for nothing; undefined when it may not be sent there.
 */
export function returnAddressOf(
  application: LeftApplication | undefined,
  asked: { readonly returnTo: string; readonly state: string },
): string | undefined {
  const { returnTo, state } = asked;
  if (returnTo === '') return '';
  if (!application || !mayRedirectTo(application, application.postLogoutRedirectUris, returnTo))
    return undefined;
  return state === '' ? returnTo : withParameters(returnTo, { state });
}

/** More frames than this would be a page that nobody waits for. */
const MOST_FRAMES = 20;

/**
 * What the page of a session that is over shows in frames, so that each application ends what it keeps in this browser
 * (OpenID Connect Front-Channel Logout §2).
 */
export function frontChannelUrls(
  { sid, clientIds }: Pick<OpenSession, 'sid' | 'clientIds'>,
  issuer: string,
  findApplication: (clientId: string) => Pick<Application, 'logout'> | undefined,
): string[] {
  return clientIds
    .map((clientId) => findApplication(clientId)?.logout.frontchannelUrl ?? '')
    .filter((url) => url !== '')
    .slice(0, MOST_FRAMES)
    .map((url) => withParameters(url, { iss: issuer, sid }));
}

/** Added as text: a registered address is sent back as it was registered, character for character. */
function withParameters(url: string, parameters: Readonly<Record<string, string>>): string {
  return `${url}${url.includes('?') ? '&' : '?'}${new URLSearchParams(parameters)}`;
}
