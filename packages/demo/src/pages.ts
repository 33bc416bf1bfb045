import { type Html, html } from '@psc/pages';
import { type Line, linesOf } from './claims.ts';
import type { Failure } from './failures.ts';
import type { Session } from './provider.ts';

export function welcomePage(): string {
  return page(
    'Bienvenue',
    html`<h1>Application de démonstration</h1>
<p>Cette application reçoit l’identité d’un professionnel de santé par Pro Santé Connect, et montre ce qu’elle a reçu.</p>
${button}`,
  );
}

export function sessionPage(session: Session): string {
  const name = ['given_name', 'family_name'].map((claim) => String(session.userInfo[claim] ?? '')).join(' ');
  return page(
    'Vous êtes identifié',
    html`<h1>Bonjour ${name.trim() || 'et bienvenue'}</h1>
<p>Voici ce que cette application a reçu de Pro Santé Connect.</p>
<form method="post" action="/logout"><button type="submit" class="quiet">Se déconnecter</button></form>
${claimsSection('UserInfo', session.userInfo)}
${claimsSection('Jeton d’identité (ID token)', session.idTokenClaims)}`,
  );
}

export function failurePage(failure: Failure): string {
  return page(
    'L’identification n’a pas abouti',
    html`<h1>L’identification n’a pas abouti</h1>
<p role="alert">${failure.sentence}</p>
<dl>
<dt>Code de l’erreur</dt><dd><code>${failure.code}</code></dd>
${failure.description && html`<dt>Précision</dt><dd>${failure.description}</dd>`}
</dl>
${button}
<p><a href="/">Retour à l’accueil</a></p>`,
  );
}

export function lostPage(): string {
  return page(
    'Page introuvable',
    html`<h1>Cette page n’existe pas</h1>
<p><a href="/">Retour à l’accueil</a></p>`,
  );
}

/** Drawn here: the official image is not ours to redistribute. */
const button = html`<a class="psc" href="/login"><svg aria-hidden="true" viewBox="0 0 24 24" width="32" height="32">
<path d="M12 1 21.5 6.5v11L12 23 2.5 17.5v-11Z" fill="none" stroke="currentColor" stroke-width="1.6"/>
<path d="M8 11V9.2a4 4 0 0 1 8 0V11h1v6.5H7V11Zm1.8 0h4.4V9.2a2.2 2.2 0 0 0-4.4 0Z" fill="currentColor"/></svg>
<span>S’identifier avec <strong>Pro Santé Connect</strong></span></a>`;

function claimsSection(title: string, claims: Readonly<Record<string, unknown>>): Html {
  return html`<section>
<table>
<caption>${title}</caption>
<thead><tr><th scope="col">Donnée</th><th scope="col">Valeur</th></tr></thead>
<tbody>
${linesOf(claims).map(row)}
</tbody>
</table>
<details><summary>JSON reçu : ${title}</summary>
<pre tabindex="0">${JSON.stringify(claims, null, 2)}</pre>
</details>
</section>`;
}

function row({ path, label, value }: Line): Html {
  const known = label && html`${label} `;
  const shown = value === '' ? html`<span class="empty">vide</span>` : value;
  return html`<tr><th scope="row">${known}<code>${path}</code></th><td>${shown}</td></tr>
`;
}

function page(title: string, content: Html): string {
  return html`<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} – Démonstration Pro Santé Connect</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/style.css">
</head>
<body>
<header><p>Démonstration</p></header>
<main>
${content}
</main>
</body>
</html>
`.toString();
}

export const stylesheet = `
:root { color-scheme: light; --ink: #1b2330; --blue: #00448f; --line: #c3ccd8; --soft: #f2f5f9; }
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); background: #fff; font: 1rem/1.55 system-ui, sans-serif; overflow-wrap: anywhere; }
header { background: var(--blue); color: #fff; padding: 0.25rem 1rem; }
header p { margin: 0.5rem auto; max-width: 60rem; font-weight: 600; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.6rem; line-height: 1.25; }
a { color: var(--blue); }
:focus-visible { outline: 3px solid #c05600; outline-offset: 3px; }
.psc { display: inline-flex; align-items: center; gap: 0.75rem; max-width: 100%; margin: 1rem 0; padding: 0.75rem 1.5rem 0.75rem 1rem;
  border-radius: 2rem; background: var(--blue); color: #fff; text-decoration: none; }
.psc:hover { background: #002f66; }
.psc svg { flex: none; }
.psc strong { display: block; }
.quiet { font: inherit; padding: 0.5rem 1rem; border: 1px solid var(--blue); border-radius: 0.4rem; background: #fff;
  color: var(--blue); cursor: pointer; min-height: 44px; }
.quiet:hover { background: var(--soft); }
table { width: 100%; table-layout: fixed; border-collapse: collapse; margin-top: 2rem; }
caption { text-align: left; font-size: 1.25rem; font-weight: 600; padding-bottom: 0.5rem; }
th, td { text-align: left; vertical-align: top; padding: 0.4rem 0.5rem; border-bottom: 1px solid var(--line); font-weight: 400; }
thead th { font-weight: 600; background: var(--soft); }
code { font-size: 0.85em; color: #45536a; }
th code { display: block; }
.empty { color: #5a6779; font-style: italic; }
summary { cursor: pointer; padding: 0.75rem 0; }
pre { background: var(--soft); padding: 1rem; margin: 0; white-space: pre-wrap; font-size: 0.85rem; }
dt { font-weight: 600; }
dd { margin: 0 0 0.75rem; }
`;
