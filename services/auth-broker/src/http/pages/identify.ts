import { type Html, html, type Page } from '@psc/pages';

/** What is wrong with what was typed, and what to do about it. */
export interface FieldError {
  readonly sentence: string;
  /** What the person most likely meant: offered as one button. */
  readonly correction?: string;
}

/** Who are you? */
export function identifyPage(view: {
  readonly approvalId: string;
  readonly application: string;
  readonly typed: string;
  readonly error?: FieldError;
}): Page {
  const path = `/login/${encodeURIComponent(view.approvalId)}`;
  const { error } = view;
  return {
    title: error ? 'Identifiant à corriger' : 'Connectez-vous',
    content: html`<h1>Connectez-vous</h1>
<p class="lead">pour accéder à <strong>${view.application}</strong></p>
<ul class="means" aria-label="Moyen de connexion"><li aria-current="true">Application e-CPS</li></ul>
${error && errorMessage(error, path)}
<form method="post" action="${path}/identify">
<label for="identifier">Identifiant national</label>
<p class="hint" id="identifier-hint">Il figure sur votre carte CPS : 8 suivi de vos 11 chiffres RPPS, par exemple.</p>
<input type="text" id="identifier" name="identifier" data-testid="identifier-field" value="${view.typed}" required
 maxlength="128" autocomplete="username" autocapitalize="off" spellcheck="false" inputmode="text"
 aria-describedby="${error ? 'identifier-error ' : ''}identifier-hint" ${error && html`aria-invalid="true"`} autofocus>
<button data-testid="submit">Continuer avec mon téléphone</button>
</form>
<form method="post" action="${path}/cancel"><button class="quiet" data-testid="cancel">Annuler et revenir à l’application</button></form>`,
  };
}

function errorMessage({ sentence, correction }: FieldError, path: string): Html {
  return html`<div class="message alert" role="alert">
<p id="identifier-error" data-testid="message">${sentence}</p>
${
  correction !== undefined &&
  html`<form method="post" action="${path}/identify">
<input type="hidden" name="identifier" value="${correction}">
<button data-testid="correction">Continuer avec ${correction}</button>
</form>`
}
</div>`;
}
