import { html, type Page } from '@psc/pages';

export const privacyPage: Page = {
  title: 'Vos données et vos droits',
  content: html`<h1>Vos données et vos droits</h1>
<h2>Ce que nous utilisons</h2>
<p>Pour vous connecter, nous utilisons votre identifiant national, les informations professionnelles publiées par le répertoire des professionnels de santé (RPPS), l’adresse et le nom de votre navigateur, et le téléphone que vous avez activé.</p>
<p>Quand le numéro ou l’adresse où vous joindre change, nous l’annonçons à l’ancien numéro ou à l’ancienne adresse.</p>
<h2>Ce que reçoit l’application</h2>
<p>L’application à laquelle vous vous connectez reçoit votre identité et votre situation professionnelle. Elle ne reçoit jamais votre code e-CPS.</p>
<h2>Combien de temps</h2>
<p>Une demande de connexion est effacée quelques minutes après sa fin. Un signalement de fraude est conservé le temps de son traitement. Le destinataire d’un message est effacé dès qu’il est parti, et au plus tard après sept jours. Votre code n’est jamais conservé lisible.</p>
<h2>Cookies</h2>
<p>Un seul cookie, indispensable à votre connexion : il garantit que la personne qui se connecte est bien celle qui en a fait la demande. Il n’y a ni mesure d’audience, ni publicité.</p>
<h2>Vos droits</h2>
<p>Vous pouvez demander à consulter, rectifier ou limiter l’usage de vos données auprès de l’organisme qui vous propose ce service. Vous pouvez aussi adresser une réclamation à la CNIL.</p>`,
};
