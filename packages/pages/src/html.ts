/** Markup that is safe to send: only `html` and `trusted` make it. */
export class Html {
  readonly #markup: string;

  constructor(markup: string) {
    this.#markup = markup;
  }

  toString(): string {
    return this.#markup;
  }
}

type Value = string | number | Html | readonly Html[] | undefined | false;

/**
 * Template tag: every value is escaped for text and for quoted attributes, unless it is `Html` already. Attributes must be
 * quoted, and no value belongs inside a script or a style.
 */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(parts.reduce((markup, part, i) => markup + render(values[i - 1]) + part));
}

/** What is markup already: our own style sheet or script, a form made by a library. Never a value that came from outside. */
export function trusted(markup: string): Html {
  return new Html(markup);
}

function render(value: Value): string {
  if (value === undefined || value === false) return '';
  if (value instanceof Html) return value.toString();
  // Each of them again: a list that is not of Html after all is escaped like the rest.
  if (typeof value === 'object') return value.map((each) => render(each)).join('');
  return String(value).replaceAll(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}
