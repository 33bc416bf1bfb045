/** Text that is safe to send as it is: made by `html` only. */
export interface Html {
  readonly markup: string;
}

/** `html\`<p>${anything}</p>\``: every value is escaped, unless `html` made it. */
export function html(
  texts: TemplateStringsArray,
  ...values: readonly (string | Html | readonly Html[])[]
): Html {
  const markup = texts.reduce((all, text, i) => all + render(values[i - 1] ?? '') + text);
  return { markup };
}

function render(value: string | Html | readonly Html[]): string {
  if (typeof value === 'string') return escapeText(value);
  return 'markup' in value ? value.markup : value.map((each) => each.markup).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeText(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}
