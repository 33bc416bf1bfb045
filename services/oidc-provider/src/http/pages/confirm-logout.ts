import { html, type Page } from '@psc/pages';

/** Somebody's link, or form, asks for a logout and does not show for whom: the person says. */
export function confirmLogoutPage(view: {
  readonly action: string;
  readonly token: string;
  /** The request, to be read again. */
  readonly fields: Readonly<Record<string, string>>;
  /** The application's way back, for who stays. */
  readonly back: { readonly url: string; readonly name: string } | undefined;
}): Page {
  const title = 'Voulez-vous vous déconnecter ?';
  const fields = Object.entries({ ...view.fields, token: view.token }).filter(([, value]) => value !== '');
  return {
    title,
    content: html`<h1>${title}</h1>
<p>Votre session sera fermée pour tous les services auxquels vous vous êtes connecté depuis ce navigateur.</p>
<form method="post" action="${view.action}">
${fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">\n`)}
<button data-testid="confirm-logout">Me déconnecter</button>
</form>
${view.back && html`<a class="button quiet" href="${view.back.url}" data-testid="stay">Rester connecté et revenir à ${view.back.name}</a>`}`,
  };
}
