import { hash } from 'node:crypto';

/** HTML that is safe to put in a page. Only `html` and `escaped` make it. */
export interface Html {
  readonly html: string;
}

/** A template whose values are escaped, unless they are Html already. */
export function html(
  strings: TemplateStringsArray,
  ...values: readonly (string | Html | readonly Html[] | undefined)[]
): Html {
  return { html: strings.map((text, i) => text + render(values[i])).join('') };
}

function render(value: string | Html | readonly Html[] | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return escapeHtml(value);
  return 'html' in value ? value.html : value.map((each) => each.html).join('');
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

const STYLE = `:root{color-scheme:light dark;font:1.0625rem/1.6 system-ui,sans-serif}
body{margin:0;padding:1.5rem;background:Canvas;color:CanvasText}
main{max-width:36rem;margin:10vh auto 0}
h1{font-size:1.5rem;line-height:1.25}
.action{display:inline-block;margin:.5rem 1rem .5rem 0;padding:.6rem 1.2rem;border:2px solid #1d4f91;border-radius:.4rem;
background:#1d4f91;color:#fff;font:inherit;text-decoration:none;cursor:pointer}
.action:focus-visible{outline:3px solid #f5a623;outline-offset:2px}
.quiet{background:transparent;color:inherit}
details{margin-top:2rem;font-size:.9rem}
pre{white-space:pre-wrap;overflow-wrap:anywhere}`;

/** A whole page, with the headers that go with it: it loads nothing, runs only `script`, and is framed by nobody. */
export interface Page {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

export function page(title: string, content: Html, script?: string): Page {
  const body = html`<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${{ html: STYLE }}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${content}
</main>
${script === undefined ? undefined : { html: `<script>${script}</script>` }}
</body>
</html>
`;
  return {
    body: body.html,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': [
        "default-src 'none'",
        `style-src ${digest(STYLE)}`,
        ...(script === undefined ? [] : [`script-src ${digest(script)}`]),
        "base-uri 'none'",
        "frame-ancestors 'none'",
      ].join('; '),
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    },
  };
}

function digest(text: string): string {
  return `'sha256-${hash('sha256', text, 'base64')}'`;
}
