import { type Html, html, type Page, page } from './page.ts';

const SUBMIT = "document.querySelector('button').click()";

/**
 * `form` is the library's, whose id is `op.logoutForm`. With a valid ID token the application speaks for the person and
 * the page submits itself, as Keycloak does; without one, anybody's link could log them out: the person confirms.
 */
export function logoutPage(form: Html, confirmed: boolean): Page {
  return page(
    confirmed ? 'Déconnexion en cours' : 'Voulez-vous vous déconnecter ?',
    html`<p>Votre session sera fermée pour tous les services auxquels vous vous êtes connecté depuis ce navigateur.</p>
${form}
<button class="action" type="submit" form="op.logoutForm" name="logout" value="yes">Me déconnecter</button>`,
    confirmed ? SUBMIT : undefined,
  );
}

export function loggedOutPage(): Page {
  return page('Vous êtes déconnecté', html`<p>Votre session est fermée. Vous pouvez fermer cette page.</p>`);
}
