import { type Html, html } from '@psc/pages';

/**
 * Front-channel logout: each application ends what it keeps in this browser, in a frame of its own. They may run their
 * scripts and read their cookies, as in a page; they may not take this page elsewhere.
 */
export function logoutFrames(urls: readonly string[]): Html | false {
  return (
    urls.length > 0 &&
    html`<div hidden>${urls.map(
      (url) =>
        html`<iframe src="${url}" title="Déconnexion d’un service" sandbox="allow-scripts allow-same-origin" tabindex="-1"></iframe>
`,
    )}</div>`
  );
}

/** For the page's policy: what it shows in frames, and nothing else. */
export function originsOf(urls: readonly string[]): readonly string[] {
  return [...new Set(urls.map((url) => new URL(url).origin))];
}
