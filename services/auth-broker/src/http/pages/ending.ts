import { html, type Page } from '@psc/pages';

/** A login that does not go on here: what happened, and what can be done now. */
export function endingPage(view: {
  readonly title: string;
  readonly sentence: string;
  readonly retryAt?: string;
  readonly backTo?: { readonly url: string; readonly application: string };
}): Page {
  const { retryAt, backTo } = view;
  return {
    title: view.title,
    content: html`<h1>${view.title}</h1>
<p data-testid="message">${view.sentence}</p>
${retryAt !== undefined && html`<a class="button" href="${retryAt}" data-testid="retry">Réessayer</a>`}
${backTo && html`<a class="button quiet" href="${backTo.url}" data-testid="back-to-application">Revenir à ${backTo.application}</a>`}`,
  };
}
