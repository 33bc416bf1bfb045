const EVERY_MS = 1_000;
const SAID_MS = 5_000;

const modes = {
  manual: 'Attend vos ordres',
  approve: 'Approuve',
  refuse: 'Refuse',
  ignore: 'Ne répond pas',
  'wrong-number': 'Se trompe de numéro',
  'wrong-pin': 'Se trompe de PIN',
  report: 'Signale une fraude',
};
const channels = { push: 'Notification', sms: 'SMS', email: 'E-mail' };
const services = {
  issuer: 'Émetteur (issuer)',
  mtls: 'Émetteur, avec certificat (mTLS)',
  wallet: 'Pages de connexion',
  card: 'Connexion par carte',
  directory: 'Annuaire',
  worker: 'Notifications',
  control: 'API de pilotage',
  demo: 'Application de démonstration',
};

const byId = (id) => document.getElementById(id);

/** Text is only ever set as text: an application chooses its own name. */
function element(tag, { text, ...attributes } = {}, ...children) {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

let state;
let drawn = '';

async function refresh() {
  const next = await readState();
  showConnection(next ? 'live' : 'lost', next ? 'En direct' : 'Le bac à sable ne répond plus');
  if (!next) return;
  state = next;
  draw();
}

async function readState() {
  try {
    const response = await fetch('/console/state', { headers: { accept: 'application/json' } });
    return response.ok ? await response.json() : undefined;
  } catch {
    return undefined;
  }
}

function showConnection(kind, text) {
  const connection = byId('connection');
  if (connection.textContent !== text) connection.textContent = text;
  connection.className = kind;
}

/** Only what changed is drawn again, so that nobody loses the list they are choosing from. */
function draw() {
  const search = byId('search').value.trim().toLowerCase();
  const next = JSON.stringify([state, search]);
  if (next !== drawn) {
    drawn = next;
    drawPart('pending', state.pending, drawPending);
    drawPart('outbox', state.outbox, drawSent);
    drawPart(
      'people',
      state.people.filter((person) => wordsOf(person).includes(search)),
      drawPerson,
    );
    byId('people-count').textContent = state.people.length;
    drawAddresses();
  }
  for (const clock of document.querySelectorAll('[data-until]')) {
    clock.textContent = `Encore ${Math.max(0, Math.ceil((Date.parse(clock.dataset.until) - Date.now()) / 1000))} s`;
  }
}

const parts = {};

function drawPart(name, items, drawItem) {
  const content = JSON.stringify(items);
  if (parts[name] === content) return;
  parts[name] = content;
  byId(name).replaceChildren(...items.map(drawItem));
  byId(`${name}-none`).hidden = items.length > 0;
  byId(`${name}-count`).textContent = items.length;
}

function wordsOf({ givenName, familyName, profession, nationalId }) {
  return `${givenName} ${familyName} ${profession} ${nationalId}`.toLowerCase();
}

function drawPending(request) {
  const answer = (decision) => (event) => {
    for (const button of event.target.parentElement.children) button.disabled = true;
    const body = decision === 'approve' ? { decision, number: request.number } : { decision };
    return tell(
      'POST',
      `/phones/${encodeURIComponent(request.nationalId)}/requests/${encodeURIComponent(request.id)}`,
      body,
    );
  };
  return element(
    'article',
    { class: 'card', 'data-testid': 'pending', 'data-request': request.id },
    element('h3', { text: `${request.name} — ${request.application}` }),
    element('p', { text: `Depuis ${request.requestedFrom}` }),
    element('p', { class: 'number', text: request.number, 'data-testid': 'pending-number' }),
    element('p', { 'data-until': request.expiresAt }),
    element(
      'div',
      { class: 'actions' },
      element('button', {
        text: 'Approuver',
        class: 'primary',
        type: 'button',
        'data-testid': 'approve',
        onclick: answer('approve'),
      }),
      element('button', {
        text: 'Refuser',
        type: 'button',
        'data-testid': 'refuse',
        onclick: answer('refuse'),
      }),
      element('button', {
        text: 'Ce n’est pas moi',
        class: 'danger',
        type: 'button',
        'data-testid': 'report',
        onclick: answer('report'),
      }),
    ),
  );
}

function drawPerson(person) {
  const name = `${person.givenName} ${person.familyName}`;
  const who = element(
    'div',
    { class: 'who' },
    element(
      'p',
      { class: 'name', text: `${name} ` },
      ...(person.active ? [] : [element('span', { class: 'tag inactive', text: 'radié' })]),
    ),
    element('p', { class: 'profession', text: person.profession }),
  );
  const identifier = element('button', {
    class: 'identifier',
    type: 'button',
    text: person.nationalId,
    title: 'Copier l’identifiant',
    'data-testid': 'copy-identifier',
    async onclick() {
      await navigator.clipboard.writeText(person.nationalId);
      say(`Identifiant de ${name} copié.`);
    },
  });
  const pin = element('span', { class: 'pin', text: person.ecps.active ? `PIN ${person.ecps.pin}` : '' });
  return element(
    'li',
    { 'data-testid': 'person', 'data-national-id': person.nationalId },
    who,
    identifier,
    pin,
    person.ecps.active
      ? drawMode(person, name)
      : element('span', { class: 'tag no-phone', text: 'Sans téléphone' }),
  );
}

function drawMode(person, name) {
  const options = Object.entries(modes).map(([mode, text]) =>
    element('option', { value: mode, text, selected: mode === person.mode ? '' : undefined }),
  );
  return element(
    'select',
    {
      'aria-label': `Ce que fait le téléphone de ${name}`,
      'data-testid': 'mode',
      onchange: (event) =>
        tell('PUT', `/phones/${encodeURIComponent(person.nationalId)}`, { mode: event.target.value }),
    },
    ...options,
  );
}

function drawSent({ channel, to, subject, text, links, at }) {
  const time = new Date(at).toLocaleTimeString('fr-FR');
  // A push only says which request awaits: the phone asks for the rest.
  const said = channel === 'push' ? 'Une demande de connexion attend sur ce téléphone.' : text;
  return element(
    'li',
    { 'data-testid': 'sent' },
    element('p', { class: 'about', text: `${time} · ${channels[channel] ?? channel} pour ${to}` }),
    ...(subject ? [element('p', { class: 'subject', text: subject })] : []),
    element('p', { class: 'text', text: said, title: text }),
    ...links.map((href) => element('p', {}, element('a', { href, text: href }))),
  );
}

function drawAddresses() {
  const entries = Object.entries({ issuer: state.issuer, ...state.addresses });
  const content = JSON.stringify(entries);
  if (parts.addresses === content) return;
  parts.addresses = content;
  if (state.addresses.demo) byId('demo').href = state.addresses.demo;
  byId('addresses').replaceChildren(
    ...entries.flatMap(([name, url]) => [
      element('dt', { text: services[name] ?? name }),
      element(
        'dd',
        {},
        element('a', {
          href: name === 'issuer' ? `${url}/.well-known/wallet-openid-configuration` : url,
          text: url,
        }),
      ),
    ]),
  );
}

async function tell(method, path, body) {
  try {
    const response = await fetch(path, {
      method,
      headers: { accept: 'application/json', ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const answer = response.status === 204 ? {} : await response.json();
    say(response.ok ? told(answer) : (answer.message ?? `Refusé (${response.status}).`));
  } catch {
    say('Le bac à sable ne répond plus.');
  }
  await refresh();
}

function told({ state: decided, mode }) {
  if (decided) return { approved: 'Approuvé.', denied: 'Refusé.', reported: 'Fraude signalée.' }[decided];
  if (mode) return `Désormais, ce téléphone : ${modes[mode].toLowerCase()}.`;
  return 'C’est fait.';
}

let silence;

function say(text) {
  const said = byId('said');
  said.textContent = text;
  said.hidden = false;
  clearTimeout(silence);
  silence = setTimeout(() => {
    said.hidden = true;
  }, SAID_MS);
}

byId('search').addEventListener('input', draw);
byId('clear-outbox').addEventListener('click', () => tell('DELETE', '/outbox'));
byId('reset').addEventListener('click', () => {
  if (confirm('Oublier les sessions, les demandes et les professionnels ajoutés ?')) tell('POST', '/reset');
});

await refresh();
setInterval(() => {
  if (document.visibilityState === 'visible') refresh();
}, EVERY_MS);
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') refresh();
});
