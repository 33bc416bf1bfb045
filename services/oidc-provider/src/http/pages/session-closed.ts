import { html, type Page, trusted } from '@psc/pages';
import { logoutFrames, originsOf } from './frames.ts';

/** The session is over and the browser stays here. */
export function sessionClosedPage(view: {
  readonly frames: readonly string[];
  /** Where another session, which this browser has, can be closed as well. */
  readonly another?: string | undefined;
  /** Not this one only. */
  readonly all?: boolean;
}): Page {
  const title = view.all ? 'Toutes vos sessions sont fermées' : 'Votre session est fermée';
  return {
    title,
    content: html`<h1>${title}</h1>
<p data-testid="message">Vous devrez vous connecter de nouveau pour accéder à vos services. Vous pouvez fermer cette page.</p>
${
  view.another !== undefined &&
  html`<div class="message"><p>Une autre session Pro Santé Connect reste ouverte dans ce navigateur.</p>
<a class="button quiet" href="${view.another}" data-testid="close-other">La fermer aussi</a></div>`
}
${logoutFrames(view.frames)}`,
    frameOrigins: originsOf(view.frames),
  };
}

/** Seconds that a person waits for the applications of their session, at most. */
const PATIENCE_SECONDS = 3;

/** Goes on as soon as every frame was loaded. */
const goOn = trusted(`
const frames = [...document.querySelectorAll('iframe')];
const next = document.querySelector('[data-next]').href;
let waiting = frames.length;
const go = () => location.replace(next);
for (const frame of frames) frame.addEventListener('load', () => { waiting -= 1; if (waiting === 0) go(); }, { once: true });
setTimeout(go, ${PATIENCE_SECONDS * 1000});
`);

/** The session is over; the browser goes on to the application once the others had the time to hear of it. */
export function leavingPage(view: {
  readonly frames: readonly string[];
  readonly next: string;
  readonly application: string;
}): Page {
  const title = 'Déconnexion en cours';
  return {
    title,
    head: html`<noscript><meta http-equiv="refresh" content="${PATIENCE_SECONDS}; url=${view.next}"></noscript>`,
    content: html`<h1>${title}</h1>
<p class="status" role="status">Votre session est fermée, vos services en sont avertis.</p>
<a class="button" href="${view.next}" data-next data-testid="next">Revenir à ${view.application}</a>
${logoutFrames(view.frames)}`,
    script: goOn,
    frameOrigins: originsOf(view.frames),
  };
}
