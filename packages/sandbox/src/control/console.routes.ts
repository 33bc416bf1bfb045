import { readFile } from 'node:fs/promises';
import type { Approvals } from '@psc/approvals';
import type { FastifyInstance } from 'fastify';
import type { Phones } from '../phones/start-phones.ts';
import type { Outbox } from './outbox.ts';
import type { People } from './people.ts';

export interface ConsoleNeeds {
  readonly about: About;
  readonly people: Pick<People, 'list'>;
  readonly phones: Phones;
  readonly outbox: Outbox;
  readonly approvals: Pick<Approvals, 'awaiting'>;
}

/** What there is to know of this sandbox: every address, the issuer, the versions. */
export interface About {
  readonly issuer: string;
  readonly addresses: Readonly<Record<string, string>>;
  readonly versions: Readonly<Record<string, string>>;
}

const SHOWN = 50;

const headers = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** The page for people, and the same for programs. */
export async function consoleRoutes(app: FastifyInstance, needs: ConsoleNeeds): Promise<void> {
  const { about, people, phones, outbox, approvals } = needs;
  const [page, style, script] = await Promise.all(
    ['index.html', 'page.css', 'page.js'].map((file) => readFile(new URL(`./page/${file}`, import.meta.url))),
  );

  /** What awaits a card is not for a phone to answer. */
  async function awaitingPhone(nationalId: string) {
    const awaiting = await approvals.awaiting(nationalId);
    return awaiting.filter(({ challenge }) => challenge.means === 'ecps');
  }

  app.get('/', async (request, reply) => {
    const accepted = request.headers.accept ?? '';
    if (accepted.includes('application/json') && !accepted.includes('text/html')) return about;
    return reply.headers(headers).type('text/html; charset=utf-8').send(page);
  });
  app.get('/console/page.css', (_request, reply) => reply.headers(headers).type('text/css').send(style));
  app.get('/console/page.js', (_request, reply) =>
    reply.headers(headers).type('text/javascript').send(script),
  );
  app.get('/console/state', async () => {
    const everybody = people.list().map(({ nationalId, givenName, familyName, profession, status, ecps }) => {
      const phone = phones.find(nationalId);
      return {
        nationalId,
        givenName,
        familyName,
        profession,
        active: status === 'active',
        ecps: { active: phone !== undefined, pin: ecps.pin },
        mode: phone?.behaviour.mode ?? '',
      };
    });
    const pending = await Promise.all(
      everybody
        .filter(({ ecps }) => ecps.active)
        .map(async ({ nationalId, givenName, familyName }) =>
          (await awaitingPhone(nationalId)).map(({ id, request, challenge, expiresAt }) => ({
            id,
            nationalId,
            name: `${givenName} ${familyName}`,
            application: request.clientName,
            requestedFrom: request.requester.ip,
            number: challenge.number,
            expiresAt: new Date(expiresAt).toISOString(),
          })),
        ),
    );
    return {
      ...about,
      people: everybody,
      pending: pending.flat(),
      outbox: outbox.list({}).slice(-SHOWN).toReversed(),
    };
  });
}
