import { html, type Page, page } from './page.ts';

const SUBMIT = "document.querySelector('form').submit()";

/**
 * `action` and `xsrf` are the library's form. With a valid ID token the application speaks for the person and the page
 * submits itself, as Keycloak does; without one, anybody's link could log them out: the person confirms.
 */
export function logoutPage(form: { action: string; xsrf: string }, confirmed: boolean): Page {
  return page(
    confirmed ? 'Déconnexion en cours' : 'Voulez-vous vous déconnecter ?',
    html`<p>Votre session sera fermée pour tous les services auxquels vous vous êtes connecté depuis ce navigateur.</p>
<form method="post" action="${form.action}">
<input type="hidden" name="xsrf" value="${form.xsrf}">
<input type="hidden" name="logout" value="yes">
<button class="action" type="submit">Me déconnecter</button>
</form>`,
    confirmed ? SUBMIT : undefined,
  );
}

export function loggedOutPage(): Page {
  return page('Vous êtes déconnecté', html`<p>Votre session est fermée. Vous pouvez fermer cette page.</p>`);
}
