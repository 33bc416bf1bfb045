import { html, type Page } from '@psc/pages';

/** Where our messages send somebody who does not recognise a change. */
export const reportPage: Page = {
  title: 'Ce n’est pas vous ?',
  content: html`<h1>Ce n’est pas vous ?</h1>
<p>Nous vous avons écrit parce que le numéro de téléphone ou l’adresse e-mail où Pro Santé Connect peut vous joindre a été modifié. Si vous n’êtes pas à l’origine de ce changement :</p>
<ol class="steps">
<li>Dans l’application e-CPS, répondez « Ce n’est pas moi » à toute demande que vous n’avez pas faite. Ne donnez votre code à personne.</li>
<li>Appelez l’autorité qui vous a enregistré (votre ordre, votre agence régionale de santé ou votre employeur) : elle rétablira vos coordonnées.</li>
<li>Prévenez l’organisme qui vous propose ce service, pour qu’il bloque votre e-CPS le temps de vérifier.</li>
</ol>
<p class="message">Nous ne vous demandons jamais votre code e-CPS, ni par e-mail, ni par SMS, ni par téléphone.</p>`,
};
