import { html, type Page } from '@psc/pages';

export function homePage(portalUrl: string): Page {
  return {
    title: 'Accueil',
    content: html`<h1>Une seule connexion pour vos services de santé</h1>
<p>Avec Pro Santé Connect, vous vous connectez à vos services numériques en santé avec votre téléphone, sans mot de passe.</p>
<h2>Comment faire ?</h2>
<ol class="steps">
<li>Ouvrez le service auquel vous voulez accéder et choisissez « S’identifier avec Pro Santé Connect ».</li>
<li>Saisissez votre identifiant national.</li>
<li>Sur votre téléphone, dans l’application e-CPS, saisissez le numéro affiché à l’écran et votre code.</li>
</ol>
<p class="message">Vous recevez une demande que vous n’avez pas faite ? Dans l’application e-CPS, choisissez « Ce n’est pas moi ».</p>
<h2>Vos sessions</h2>
<p>Voyez où vous êtes connecté, et fermez les sessions que vous n’utilisez plus.</p>
<a class="button quiet" href="${portalUrl}" data-testid="portal">Voir et fermer mes sessions</a>`,
  };
}
