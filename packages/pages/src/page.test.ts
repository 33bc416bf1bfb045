import { hash } from 'node:crypto';
import { expect, it } from 'vitest';
import { html, trusted } from './html.ts';
import { renderPage } from './page.ts';

const script = trusted("document.title = 'a > b';");
const plain = renderPage({ title: 'Accueil', content: html`<h1>Bonjour</h1>` });
const lively = renderPage({ title: 'Accueil', content: html`<h1>Bonjour</h1>`, script });

const policyOf = ({ headers }: typeof plain) => headers['content-security-policy'] ?? '';

/** What a browser computes: the digest of the text between the tags, as it was sent. */
function digestOf(name: 'style' | 'script', body: string): string {
  const text = body.slice(body.indexOf(`<${name}>`) + name.length + 2, body.indexOf(`</${name}>`));
  return `'sha256-${hash('sha256', text, 'base64')}'`;
}

it('has the title, in French, and whatever is between the header and the footer', () => {
  const { body } = renderPage({
    title: '<Accueil>',
    content: html`<h1>Bonjour</h1>`,
    head: html`<meta name="x">`,
    footer: html`<a href="/y">y</a>`,
  });
  expect(body).toMatch(/^<!doctype html>\n<html lang="fr">/);
  expect(body).toContain('<title>&#60;Accueil&#62; – Pro Santé Connect</title>');
  expect(body).toMatch(/<meta name="x">\n<\/head>/);
  expect(body).toMatch(/<main>\n<h1>Bonjour<\/h1>\n<\/main>\n<footer><a href="\/y">y<\/a><\/footer>/);
  expect(plain.body).not.toContain('<footer');
});

it('runs its own style and nothing else when it has no script', () => {
  expect(plain.body).not.toContain('<script');
  expect(policyOf(plain)).toBe(
    `default-src 'none'; style-src ${digestOf('style', plain.body)}; img-src data:; base-uri 'none'; frame-ancestors 'none'`,
  );
});

it('runs its own script, which may speak to its own host', () => {
  const policy = policyOf(lively);
  expect(policy).toContain(`; script-src ${digestOf('script', lively.body)}; connect-src 'self';`);
  expect(policy).toContain(`; style-src ${digestOf('style', lively.body)};`);
});

it('shows in its frames the pages of the origins that are named, and of no other', () => {
  const frameOrigins = ['https://dossier.example', 'https://agenda.example'];
  const framing = renderPage({ title: 'Au revoir', content: html``, frameOrigins });
  expect(policyOf(framing)).toContain('; frame-src https://dossier.example https://agenda.example;');
  expect(policyOf(plain)).not.toContain('frame-src');
});

it('has the policy of its own script, not of the one before', () => {
  const other = renderPage({ title: 'a', content: html``, script: trusted('void 0;') });
  expect(policyOf(other)).toContain(digestOf('script', other.body));
  expect(policyOf(other)).not.toContain(digestOf('script', lively.body));
});

it('is kept by nobody, and its address is told to nobody', () => {
  expect(plain.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
  });
});
