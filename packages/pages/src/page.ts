import { hash } from 'node:crypto';
import { type Html, html } from './html.ts';
import { style } from './style.ts';

/** One page for a person, in the look that every host of ours shares. */
export interface Page {
  readonly title: string;
  readonly content: Html;
  /** More for the head. */
  readonly head?: Html | undefined;
  /** Our own script: a constant, made once. What changes from page to page is in `data-` attributes of the content. */
  readonly script?: Html | undefined;
  readonly footer?: Html | undefined;
  /** Origins whose pages may be shown in a frame of this one; none unless said otherwise. */
  readonly frameOrigins?: readonly string[] | undefined;
}

/** A page to which nothing can be added: its text, and the headers that it never goes without. */
export interface RenderedPage {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

const siteName = 'Pro Santé Connect';

export function renderPage({ title, content, head, script, footer, frameOrigins = [] }: Page): RenderedPage {
  const body = html`<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} – ${siteName}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
${head}
</head>
<body>
<header><p class="brand">${siteName}</p></header>
<main>
${content}
</main>
${footer && html`<footer>${footer}</footer>`}
${script && html`<script>${script}</script>`}
</body>
</html>
`.toString();
  return {
    body,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policyFor(script, frameOrigins),
      'cache-control': 'no-store',
      // Other sites never hear our addresses. Not `no-referrer`: with it, browsers post our own forms with `Origin: null`.
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    },
  };
}

/**
 * Our own style and script, by their digests, and nothing else. No `form-action`: Chromium applies it to every redirect
 * that follows a form, and ours end at the application, wherever that is.
 */
function policyFor(script: Html | undefined, frameOrigins: readonly string[]): string {
  return [
    "default-src 'none'",
    `style-src ${digestOf(style)}`,
    ...(script ? [`script-src ${digestOf(script)}`, "connect-src 'self'"] : []),
    'img-src data:',
    ...(frameOrigins.length > 0 ? [`frame-src ${frameOrigins.join(' ')}`] : []),
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Computed once for each constant. */
const digests = new WeakMap<Html, string>();

function digestOf(constant: Html): string {
  const known = digests.get(constant);
  if (known !== undefined) return known;
  const digest = `'sha256-${hash('sha256', constant.toString(), 'base64')}'`;
  digests.set(constant, digest);
  return digest;
}
