import type { BrowserSessions } from '#src/ports/browser-sessions.ts';
import type { Sessions } from '#src/ports/sessions.ts';
import { createCookieSigner } from './cookie-signer.ts';
import { mountPathOf } from './endpoints.ts';

/** The cookie of the library: its value opens the session, and one beside it signs it. */
export const SESSION_COOKIE = 'psc_session';
const SIGNATURE_COOKIE = `${SESSION_COOKIE}.sig`;

/** Not the name of a cookie: what is signed for a form is no cookie. */
const FORM = 'form of psc_session';

export function createBrowserSessions(
  sessions: Pick<Sessions, 'findByCookie'>,
  settings: { readonly issuer: string; readonly cookieKeys: readonly string[] },
): BrowserSessions {
  const signer = createCookieSigner(settings.cookieKeys);
  const { protocol } = new URL(settings.issuer);
  const secure = protocol === 'https:' ? '; secure' : '';
  const attributes = `path=${mountPathOf(settings.issuer) || '/'}; expires=Thu, 01 Jan 1970 00:00:00 GMT${secure}; httponly; samesite=lax`;

  return {
    async find(cookies = '') {
      const [value, signature] = [SESSION_COOKIE, SIGNATURE_COOKIE].map((name) => readCookie(cookies, name));
      if (!value || !signature || !signer.verify(`${SESSION_COOKIE}=${value}`, signature)) return undefined;
      const session = await sessions.findByCookie(value);
      return (
        session && {
          ...session,
          formToken: signer.sign(`${FORM}=${value}`),
          isFormToken: (given) => signer.verify(`${FORM}=${value}`, given),
        }
      );
    },

    forgetting: [SESSION_COOKIE, SIGNATURE_COOKIE].map((name) => `${name}=; ${attributes}`),
  };
}

/** The first cookie of this name, as the library reads it. */
function readCookie(cookies: string, name: string): string | undefined {
  return cookies
    .split(/; */)
    .find((cookie) => cookie.startsWith(`${name}=`))
    ?.slice(name.length + 1);
}
