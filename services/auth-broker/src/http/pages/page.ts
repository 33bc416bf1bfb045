import { type Html, html } from './html.ts';
import { style } from './style.ts';

/** One page of the wallet. `nonce` allows our own style and script, and nothing else (CSP). */
export interface Page {
  readonly title: string;
  readonly content: Html;
  /** More for the head. */
  readonly head?: Html;
  /** Our own script, one of ours for the page. */
  readonly script?: Html;
}

export const siteName = 'Pro Santé Connect';

export function renderPage({ title, content, head, script }: Page, nonce: string): string {
  return html`<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} – ${siteName}</title>
<link rel="icon" href="data:,">
<style nonce="${nonce}">${style}</style>
${head}
</head>
<body>
<header><p class="brand">${siteName}</p></header>
<main>
${content}
</main>
<footer><a href="/donnees-personnelles">En savoir plus sur la gestion de vos données et vos droits</a></footer>
${script && html`<script nonce="${nonce}">${script}</script>`}
</body>
</html>
`.toString();
}
