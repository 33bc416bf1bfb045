import { html, type Page } from '@psc/pages';
import { waitingScript } from './waiting-script.ts';

const digits = ['zéro', 'un', 'deux', 'trois', 'quatre', 'cinq', 'six', 'sept', 'huit', 'neuf'];

/** Type this number on your phone. */
export function waitingPage(view: {
  readonly approvalId: string;
  readonly application: string;
  /** Two digits. */
  readonly number: string;
  readonly remainingMs: number;
  /** Whether the phone could be told. */
  readonly notified: boolean;
}): Page {
  const path = `/login/${encodeURIComponent(view.approvalId)}`;
  const spoken = Array.from(view.number, (digit) => digits[Number(digit)]).join(' ');
  return {
    title: 'Confirmez sur votre téléphone',
    head: html`<noscript><meta http-equiv="refresh" content="5"></noscript>`,
    content: html`<h1>Confirmez sur votre téléphone</h1>
<p class="lead">pour accéder à <strong>${view.application}</strong></p>
${
  !view.notified &&
  html`<p class="message alert" role="alert" data-testid="message">Nous n’avons pas pu prévenir votre téléphone. Ouvrez vous-même l’application e-CPS : la demande vous y attend.</p>`
}
<p class="number"><span aria-hidden="true" data-testid="matching-number">${view.number}</span><span class="unseen">Votre numéro : ${spoken}.</span></p>
<ol class="steps">
<li>Ouvrez la notification reçue, ou l’application <span class="term">e-CPS</span>.</li>
<li>Vérifiez que la demande vient bien de <strong>${view.application}</strong>.</li>
<li>Saisissez le numéro affiché ci-dessus, puis votre code <span class="term">e-CPS</span>.</li>
</ol>
<p class="status" role="status" data-testid="status">En attente de votre réponse</p>
<p class="aside" id="time-left" data-remaining-ms="${view.remainingMs}">${describeTimeLeft(view.remainingMs)}</p>
<noscript><p class="aside">Cette page s’actualise toute seule.</p></noscript>
<p class="aside">Rien sur votre téléphone ? Ouvrez l’application e-CPS. Si elle n’affiche aucune demande, vérifiez l’identifiant saisi.</p>
<form method="post" action="${path}/cancel">
<button class="quiet" name="next" value="retry" data-testid="change-identifier">Changer d’identifiant</button>
<button class="quiet" data-testid="cancel">Annuler et revenir à l’application</button>
</form>`,
    script: waitingScript,
  };
}

/** Says it without hurry; the script changes the sentence once a minute at most. */
function describeTimeLeft(remainingMs: number): string {
  const minutes = Math.ceil(remainingMs / 60_000);
  return minutes > 1
    ? `Vous avez environ ${minutes} minutes pour répondre.`
    : 'Il reste moins d’une minute pour répondre.';
}
