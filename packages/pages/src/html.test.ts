import { describe, expect, it } from 'vitest';
import { html, trusted } from './html.ts';

describe('html', () => {
  it('escapes what would leave a text or a quoted attribute', () => {
    const attack = `"><script>alert('1')</script>&amp;\``;
    const page = html`<p title="${attack}">${attack}</p>`.toString();
    expect(page).not.toContain('<script');
    expect(page).not.toMatch(/title="[^"]*"[^>]/);
    expect(page).toBe(`<p title="${escaped}">${escaped}</p>`);
  });

  it('keeps markup that it made itself, alone or in a list', () => {
    const items = ['a', '<b>'].map((item) => html`<li>${item}</li>`);
    expect(html`<ul>${items}</ul>`.toString()).toBe('<ul><li>a</li><li>&#60;b&#62;</li></ul>');
  });

  it('leaves out what is absent, and keeps zero', () => {
    expect(html`${undefined}${false}${0}${''}`.toString()).toBe('0');
  });

  it('is not fooled by an object that looks like markup', () => {
    const forged = JSON.parse('{"markup":"<b>","toString":"<b>"}');
    expect(() => html`${forged}`.toString()).toThrow();
    expect(() => html`${[forged]}`.toString()).toThrow();
    const list = JSON.parse('["<b>"]');
    expect(html`${list}`.toString()).toBe('&#60;b&#62;');
  });

  it('trusts constants', () => {
    expect(html`<style>${trusted('a > b {}')}</style>`.toString()).toBe('<style>a > b {}</style>');
  });
});

const escaped = '&#34;&#62;&#60;script&#62;alert(&#39;1&#39;)&#60;/script&#62;&#38;amp;&#96;';
