import { expect, it } from 'vitest';
import { html } from './html.ts';

it('escapes every value, in a text as in an attribute', () => {
  const nasty = `"><script>alert('&')</script>`;
  expect(html`<p title="${nasty}">${nasty}</p>`.markup).toBe(
    '<p title="&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;">' +
      '&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;</p>',
  );
});

it('keeps what it made itself, alone or in a list', () => {
  const items = ['a', '<b>'].map((item) => html`<li>${item}</li>`);
  expect(html`<ul>${items}</ul>${html`<hr>`}`.markup).toBe('<ul><li>a</li><li>&lt;b&gt;</li></ul><hr>');
});
