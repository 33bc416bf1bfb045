import type { Page } from '@psc/testing';

/** The forms of a page, as a browser would post them. */
export function formsOf({ url, text }: Page): { action: string; fields: Record<string, string> }[] {
  return [...text.matchAll(/<form method="post" action="([^"]+)">([\s\S]*?)<\/form>/g)].map(
    ([, action = '', inside = '']) => ({
      action: new URL(readMarkup(action), url).href,
      fields: Object.fromEntries(
        [...inside.matchAll(/name="([^"]*)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [
          readMarkup(name),
          readMarkup(value),
        ]),
      ),
    }),
  );
}

/** The addresses of a page's frames. */
export function framesOf({ text }: Pick<Page, 'text'>): string[] {
  return [...text.matchAll(/<iframe src="([^"]+)"/g)].map(([, src = '']) => readMarkup(src));
}

function readMarkup(text: string): string {
  return text.replaceAll(/&#(\d+);/g, (_match, code) => String.fromCharCode(Number(code)));
}
