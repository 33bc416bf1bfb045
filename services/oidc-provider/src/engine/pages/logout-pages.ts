import { type Html, html, type Page, trusted } from '@psc/pages';

const submit = trusted("document.querySelector('button').click()");

/**
 * `form` is the library's, whose id is `op.logoutForm`. With the person's own ID token the application speaks for
 * them and the page submits itself, as Keycloak does; without it, anybody's link could log them out: the person confirms.
 */
export function logoutPage(form: Html, confirmed: boolean): Page {
  const title = confirmed ? 'Déconnexion en cours' : 'Voulez-vous vous déconnecter ?';
  return {
    title,
    content: html`<h1>${title}</h1>
<p>Votre session sera fermée pour tous les services auxquels vous vous êtes connecté depuis ce navigateur.</p>
${form}
<button type="submit" form="op.logoutForm" name="logout" value="yes">Me déconnecter</button>`,
    script: confirmed ? submit : undefined,
  };
}

export const loggedOutPage: Page = {
  title: 'Vous êtes déconnecté',
  content: html`<h1>Vous êtes déconnecté</h1>
<p>Votre session est fermée. Vous pouvez fermer cette page.</p>`,
};
