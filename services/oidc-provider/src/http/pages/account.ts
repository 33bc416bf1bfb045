import { type Html, html, type Page } from '@psc/pages';
import type { ListedSession } from '#src/use-cases/list-sessions.ts';

/** A person's open sessions: this browser's first. */
export function accountPage(view: {
  readonly path: string;
  readonly token: string;
  readonly sessions: readonly ListedSession[];
}): Page {
  const { path, token, sessions } = view;
  const title = 'Mes sessions';
  return {
    title,
    content: html`<h1>${title}</h1>
<p class="lead">${sessions.length === 1 ? 'Une session Pro Santé Connect est ouverte à votre nom.' : `${sessions.length} sessions Pro Santé Connect sont ouvertes à votre nom.`}</p>
<ul class="cards" data-testid="sessions">
${sessions.map((session) => sessionCard(session, path, token))}
</ul>
<form method="post" action="${path}/close-all">
<input type="hidden" name="token" value="${token}">
<button data-testid="close-all">Tout fermer</button>
</form>
<p class="aside">Une session que vous ne reconnaissez pas ? Fermez-la, et signalez dans l’application e-CPS les demandes que vous n’avez pas faites. Les heures sont celles de Paris.</p>`,
  };
}

const meansWords = { ecps: 'Téléphone (application e-CPS)', cps: 'Carte CPS' } as const;

function sessionCard(session: ListedSession, path: string, token: string): Html {
  const since = inWords(session.loginAt);
  return html`<li data-testid="session">
<h2>${session.isOwn ? 'Ce navigateur' : `Session du ${since}`}</h2>
<dl>
<dt>Ouverte</dt><dd>${since}</dd>
<dt>Dernière activité</dt><dd>${inWords(session.lastSeenAt)}</dd>
<dt>Moyen</dt><dd>${meansWords[session.means]}</dd>
<dt>Services</dt><dd>${session.applications.length > 0 ? session.applications.join(', ') : 'Aucun'}</dd>
</dl>
<form method="post" action="${path}/close">
<input type="hidden" name="token" value="${token}">
<input type="hidden" name="session" value="${session.sid}">
<button class="quiet" data-testid="close">Fermer<span class="unseen"> la session du ${since}</span></button>
</form>
</li>
`;
}

const format = new Intl.DateTimeFormat('fr-FR', {
  dateStyle: 'long',
  timeStyle: 'short',
  timeZone: 'Europe/Paris',
});

function inWords(seconds: number): string {
  return format.format(new Date(seconds * 1000));
}
