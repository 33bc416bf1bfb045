import { html, type Page } from '@psc/pages';

/** The page of sessions, for whoever has none in this browser. */
export function logInPage(view: { readonly logInUrl: string; readonly gaveUp: boolean }): Page {
  const title = 'Mes sessions';
  return {
    title,
    content: html`<h1>${title}</h1>
${view.gaveUp && html`<div class="message alert" role="alert"><p data-testid="message">La connexion n’a pas abouti.</p></div>`}
<p>Connectez-vous pour voir vos sessions Pro Santé Connect ouvertes, sur ce poste et ailleurs, et pour les fermer.</p>
<a class="button" href="${view.logInUrl}" data-testid="log-in">S’identifier avec Pro Santé Connect</a>`,
  };
}
