import { html, type Page } from '@psc/pages';

export const homePage: Page = {
  title: 'Accueil',
  content: html`<h1>Une seule connexion pour vos services de santé</h1>
<p>Avec Pro Santé Connect, vous vous connectez à vos services numériques en santé avec votre téléphone, sans mot de passe.</p>
<h2>Comment faire ?</h2>
<ol class="steps">
<li>Ouvrez le service auquel vous voulez accéder et choisissez « S’identifier avec Pro Santé Connect ».</li>
<li>Saisissez votre identifiant national.</li>
<li>Sur votre téléphone, dans l’application e-CPS, saisissez le numéro affiché à l’écran et votre code.</li>
</ol>
<p class="message">Vous recevez une demande que vous n’avez pas faite ? Dans l’application e-CPS, choisissez « Ce n’est pas moi ».</p>`,
};
