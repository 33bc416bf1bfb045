import { html, type Page } from '@psc/pages';
import type { TroubleWords } from '../refusals.ts';
import { logoutFrames, originsOf } from './frames.ts';

export function troublePage(view: {
  readonly words: TroubleWords;
  /** Where the person may close their session, when there is one. */
  readonly logoutUrl?: string | undefined;
  /** '' for the same address. */
  readonly retryUrl?: string;
  readonly frames?: readonly string[];
}): Page {
  const { words, frames = [] } = view;
  const { title, message, offers, error, description } = words;
  return {
    title,
    content: html`<h1>${title}</h1>
<p data-testid="message">${message}</p>
${
  offers === 'logout' &&
  view.logoutUrl !== undefined &&
  html`<a class="button" href="${view.logoutUrl}" data-testid="logout">Fermer ma session</a>`
}
${offers === 'retry' && html`<a class="button" href="${view.retryUrl ?? ''}" data-testid="retry">Réessayer</a>`}
<details><summary>Pour le développeur du service</summary>
<pre>error: ${error}
error_description: ${description}</pre></details>
${logoutFrames(frames)}`,
    frameOrigins: originsOf(frames),
  };
}
