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

/** Our own constants that are markup already: a style sheet, a script. Never a value that came from outside. */
export function trusted(constant: string): Html {
  return new Html(constant);
}

function render(value: Value): string {
  if (value === undefined || value === false) return '';
  if (value instanceof Html) return value.toString();
  if (typeof value === 'object') return value.join('');
  return String(value).replaceAll(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}
