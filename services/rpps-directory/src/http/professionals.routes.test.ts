import { contactsResponseSchema, lookupResponseSchema } from '@psc/contracts';
import { createHttpServer, createLogger, createMetrics } from '@psc/runtime';
import { beforeEach, describe, expect, it } from 'vitest';
import { compose } from '#src/compose.ts';
import { professionalOf } from '#src/domain/professional.ts';
import type { RegisterEvents } from '#src/ports/register-events.ts';
import { described, stored } from '#src/testing/described.ts';
import { createServiceKeys } from '#src/testing/identities.ts';

const { identityOf } = await createServiceKeys([
  'rpps-directory',
  'oidc-provider',
  'auth-broker',
  'notification-worker',
]);

/** No route of this file asks for events. */
const unexpected = () => Promise.reject(new Error('called unexpectedly'));
const noEvents: RegisterEvents = {
  read: unexpected,
  relay: unexpected,
  readPreviousContact: unexpected,
  forgetContact: unexpected,
  forgetOld: unexpected,
};

const camille = described({ others: ['0759999998'] });
const leaver = described({
  nationalId: '899700000039',
  said: { pro_sante_connect: { present: false, rows: stored('pro_sante_connect', {}) } },
});
/** A register of two people, one of whom left. */
const register = new Map([
  ['899700000013', camille],
  ['0759999998', camille],
  ['899700000039', leaver],
]);
const contact = { phone: '+33 639980000', mail: 'camille@sante.example' };

const searches = new Map<string, object>();

async function open() {
  const metrics = createMetrics('rpps-directory');
  const logger = createLogger({ service: 'rpps-directory', level: 'silent' });
  const app = createHttpServer({ logger, metrics, isReady: async () => true, trustedProxies: [] });
  const identity = await identityOf('rpps-directory');
  await compose(app, {
    professionals: {
      find: async (id) => {
        const found = register.get(id);
        return found && professionalOf(found);
      },
    },
    contacts: {
      read: async (id) => (register.get(id) === camille ? contact : undefined),
      reach: async ({ phone }) => (phone === '06 39 98 00 00' ? ['899700000013'] : []),
    },
    search: {
      search: async (criteria) => searches.set(criteria.words.join(' '), criteria) && { people: [] },
    },
    events: noEvents,
    identity,
  });
  const ask = async (caller: string, path: string, body: object) => {
    const authorization = `Bearer ${await (await identityOf(caller)).tokenFor('rpps-directory')}`;
    return app.inject({ method: 'POST', url: path, headers: { authorization }, payload: body });
  };
  return { app, ask };
}

const LOOKUP = '/internal/professionals/lookup';
const CONTACTS = '/internal/professionals/contacts';
const MASKED = '/internal/professionals/masked-contacts';
const BY_CONTACT = '/internal/professionals/by-contact';
const SEARCH = '/internal/professionals/search';

describe('the directory', () => {
  let directory: Awaited<ReturnType<typeof open>>;
  beforeEach(async () => {
    directory = await open();
  });

  it.each(['oidc-provider', 'auth-broker'])('tells %s who a professional is', async (caller) => {
    const response = await directory.ask(caller, LOOKUP, { nationalId: '899700000013' });
    expect(response.statusCode).toBe(200);
    expect(response.headers['cache-control']).toBe('no-store');
    expect(lookupResponseSchema.parse(response.json()).professional).toMatchObject({
      nationalId: '899700000013',
      status: 'active',
    });
  });

  it('finds a professional by the number of before, or says nobody', async () => {
    const found = async (identifier: string) =>
      (await directory.ask('auth-broker', LOOKUP, { nationalId: identifier })).json().professional;
    expect(await found('0759999998')).toMatchObject({ nationalId: '899700000013' });
    expect(await found(' 8997 0000 0013 ')).toMatchObject({ nationalId: '899700000013' });
    expect(await found('99700000013')).toBeNull();
    expect(await found('899700000021')).toBeNull();
    expect(await found("'; DROP TABLE people")).toBeNull();
  });

  it('says of someone struck off that they are inactive', async () => {
    const response = await directory.ask('oidc-provider', LOOKUP, { nationalId: '899700000039' });
    expect(response.json().professional).toMatchObject({ status: 'inactive' });
  });

  it('answers no other service, and nobody without a token', async () => {
    const body = { nationalId: '899700000013' };
    expect((await directory.ask('notification-worker', LOOKUP, body)).statusCode).toBe(403);
    expect((await directory.ask('oidc-provider', CONTACTS, body)).statusCode).toBe(403);
    expect((await directory.ask('oidc-provider', BY_CONTACT, { phone: '1' })).statusCode).toBe(403);
    expect((await directory.ask('notification-worker', MASKED, body)).statusCode).toBe(403);
    expect((await directory.ask('notification-worker', SEARCH, { name: 'x' })).statusCode).toBe(403);
    for (const url of [LOOKUP, CONTACTS, MASKED, BY_CONTACT, SEARCH]) {
      const anonymous = await directory.app.inject({ method: 'POST', url, payload: body });
      expect(anonymous.statusCode).toBe(401);
      expect(anonymous.body).not.toContain('LAMBDA');
    }
  });

  it('tells auth-broker alone how a professional can be reached', async () => {
    const response = await directory.ask('auth-broker', CONTACTS, { nationalId: '899700000013' });
    expect(contactsResponseSchema.parse(response.json())).toEqual({
      contacts: { phone: '+33 639980000', mail: 'camille@sante.example' },
    });
    const stranger = await directory.ask('auth-broker', CONTACTS, { nationalId: '899700000021' });
    expect(stranger.json()).toEqual({ contacts: null });
  });

  it('tells others enough of a contact to recognise it', async () => {
    const response = await directory.ask('oidc-provider', MASKED, { nationalId: '899700000013' });
    expect(response.json()).toEqual({
      contacts: { phone: '+33 6 ** ** ** 00', mail: 'c…@sante.example' },
    });
    expect(response.headers['cache-control']).toBe('no-store');
  });

  it('tells auth-broker who can be reached at a number', async () => {
    const reached = await directory.ask('auth-broker', BY_CONTACT, { phone: '06 39 98 00 00' });
    expect(reached.json()).toEqual({ nationalIds: ['899700000013'] });
    for (const body of [{}, { phone: '' }, { phone: '1', mail: 'a@b.example' }, { phone: 'x'.repeat(65) }])
      expect((await directory.ask('auth-broker', BY_CONTACT, body)).statusCode).toBe(400);
  });

  it('searches for the words of a name, whatever their spelling, and for codes', async () => {
    const asked = { name: ' D’ARC, Zoé-Jeanne ZOÉ', savoirFaire: 'sm53', department: '2a' };
    const response = await directory.ask('oidc-provider', SEARCH, asked);
    expect(response.json()).toEqual({ people: [], next: null });
    expect(searches.get('d arc zoe jeanne')).toEqual({
      words: ['d', 'arc', 'zoe', 'jeanne'],
      savoirFaire: 'SM53',
      department: '2A',
      inactive: false,
    });
  });

  it('says what a search lacks', async () => {
    for (const body of [{}, { name: '' }, { name: ' - ' }, { inactive: true }]) {
      const response = await directory.ask('auth-broker', SEARCH, body);
      expect(response.statusCode).toBe(400);
      expect(response.json()).toMatchObject({ error: 'criteria_missing' });
    }
    for (const body of [
      { name: 'x'.repeat(201) },
      { name: 1 },
      { name: 'a', count: 51 },
      { naem: 'a' },
      { profession: '10\u0000' },
      { department: "7'5" },
    ])
      expect((await directory.ask('auth-broker', SEARCH, body)).json().error).toBe('malformed_request');
  });

  it.each([LOOKUP, CONTACTS, MASKED])('refuses a body of another shape on %s', async (path) => {
    for (const body of [
      {},
      { nationalId: '' },
      { nationalId: 'x'.repeat(65) },
      { nationalId: 1 },
      { nationalId: 'abcdef', x: 1 },
    ])
      expect((await directory.ask('auth-broker', path, body)).statusCode).toBe(400);
  });
});
