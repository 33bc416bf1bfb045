import { type Html, trusted } from '@psc/pages';

/**
 * Waits for the decision, and then asks the page where to go: the server alone decides. Without it (no JavaScript, too
 * many pages waiting) the page asks again by itself every few seconds.
 */
export const waitingScript: Html = trusted(`
'use strict';
const page = location.pathname;
const status = document.querySelector('[data-testid=status]');
const timeLeft = document.getElementById('time-left');
const end = performance.now() + Number(timeLeft.dataset.remainingMs);

const goOn = () => location.replace(page);
const events = new EventSource(page + '/events');
events.addEventListener('state', (event) => {
  const state = event.data;
  if (state === 'challenged') return;
  events.close();
  status.textContent = state === 'approved' ? 'Réponse reçue : retour à l’application' : 'Réponse reçue';
  goOn();
});
events.addEventListener('error', () => {
  if (events.readyState === EventSource.CLOSED) setTimeout(goOn, 5000);
});

setInterval(() => {
  const minutes = Math.ceil((end - performance.now()) / 60000);
  const sentence = minutes > 1
    ? 'Vous avez environ ' + minutes + ' minutes pour répondre.'
    : 'Il reste moins d’une minute pour répondre.';
  if (timeLeft.textContent !== sentence) timeLeft.textContent = sentence;
}, 5000);

// A page kept by the browser for its back button may show a number that is over.
addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });
addEventListener('pagehide', () => events.close());
// Giving up ends the login: hearing of it here would cut short the way back to the application.
addEventListener('submit', () => events.close());
`);
