import { CookieJar } from 'tough-cookie';

/**
 * A browser without a screen: cookies per host and path as RFC 6265 has them, redirects followed one by one, forms
 * posted as a page would. For what does not need a real browser: thousands of logins, or odd ones.
 */
export interface HttpBrowser {
  /** Follows redirects until a page, or until `stopAt` (the application's callback), which is not requested. */
  open(url: string, options?: { stopAt?: string }): Promise<Page>;
  submit(url: string, fields: Readonly<Record<string, string>>, options?: { stopAt?: string }): Promise<Page>;
  readonly cookies: CookieJar;
}

export interface Page {
  /** Where the browser is now, or would go next when it stopped at the callback. */
  readonly url: string;
  readonly status: number;
  readonly text: string;
  /** The text inside the element with this data-testid; undefined without such an element. */
  find(testId: string): string | undefined;
}

const MOST_REDIRECTS = 15;
const TIMEOUT_MS = 10_000;

export function createHttpBrowser(
  options: { userAgent?: string; acceptCookies?: boolean } = {},
): HttpBrowser {
  // Loopback hosts are public suffixes to nobody: a jar for real sites would refuse their cookies.
  const cookies = new CookieJar(undefined, { allowSpecialUseDomain: true, rejectPublicSuffixes: false });

  async function request(url: string, init: RequestInit, stopAt: string | undefined): Promise<Page> {
    let next = { url, init };
    for (let hop = 0; hop < MOST_REDIRECTS; hop++) {
      if (stopAt !== undefined && next.url.startsWith(stopAt)) return page(next.url, 302, '');
      const response = await fetch(next.url, {
        ...next.init,
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: {
          ...next.init.headers,
          accept: 'text/html,application/xhtml+xml',
          'user-agent':
            options.userAgent ?? 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
          cookie: await cookies.getCookieString(next.url),
        },
      });
      if (options.acceptCookies !== false) {
        for (const cookie of response.headers.getSetCookie()) await cookies.setCookie(cookie, next.url);
      }
      const location = response.headers.get('location');
      if (response.status < 300 || response.status >= 400 || location === null) {
        return page(next.url, response.status, await response.text());
      }
      await response.body?.cancel();
      // 307 and 308 keep the method; the others become a GET, as browsers do.
      const init = response.status === 307 || response.status === 308 ? next.init : {};
      next = { url: new URL(location, next.url).href, init };
    }
    throw new Error(`more than ${MOST_REDIRECTS} redirects`);
  }

  return {
    cookies,
    open: (url, { stopAt } = {}) => request(url, {}, stopAt),
    submit: (url, fields, { stopAt } = {}) =>
      request(
        url,
        {
          method: 'POST',
          body: new URLSearchParams(fields).toString(),
          headers: { 'content-type': 'application/x-www-form-urlencoded', origin: new URL(url).origin },
        },
        stopAt,
      ),
  };
}

function page(url: string, status: number, text: string): Page {
  return {
    url,
    status,
    text,
    find(testId) {
      const [, inside] = new RegExp(`data-testid="${testId}"[^>]*>([\\s\\S]*?)</`).exec(text) ?? [];
      return inside?.replaceAll(/<[^>]*>/g, '').trim();
    },
  };
}

const PATIENCE_MS = 15_000;
const PAUSE_MS = 50;

/**
 * Opens `url` and stays on the waiting page, refreshing it as a page without JavaScript does, until the login is no
 * longer pending: the page that then comes, or the callback.
 */
export async function waitForEnding(browser: HttpBrowser, url: string, callback: string): Promise<Page> {
  let page = await browser.open(url, { stopAt: callback });
  for (let waited = 0; page.find('matching-number') !== undefined; waited += PAUSE_MS) {
    if (waited >= PATIENCE_MS) throw new Error('the login is still pending');
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    page = await browser.open(page.url, { stopAt: callback });
  }
  return page;
}

/** The callback's URL, with what the provider answered; throws with the page's words when the login ended elsewhere. */
export async function waitForCallback(browser: HttpBrowser, url: string, callback: string): Promise<string> {
  const page = await waitForEnding(browser, url, callback);
  if (page.url.startsWith(callback)) return page.url;
  throw new Error(`the login ended with ${page.status}: ${page.find('message') ?? page.text.slice(0, 500)}`);
}
