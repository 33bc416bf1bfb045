import { preparedMessageSchema } from '@psc/contracts';
import { afterEach, describe, expect, it } from 'vitest';
import type { Settings } from '#src/compose.ts';
import type { World } from '#src/testing/world.ts';
import type { OpenWorld } from './journeys.contract.ts';

/** What notification-worker asks of the messages that we owe: with fakes, and with real datastores. */
export function messagesContract(openWorld: OpenWorld): void {
  let world: World;
  afterEach(() => world?.app.close());

  const later = Date.UTC(2100, 0);

  /** Opens a world that owes one e-mail. */
  async function owe(id: string, settings: Partial<Settings> = {}) {
    world = await openWorld(settings);
    const added = await world.stores.owedMessages.add(
      {
        id,
        channel: 'email',
        to: 'camille@cabinet.example',
        content: { kind: 'contact-changed', contact: 'phone', changedAt: Date.UTC(2026, 10, 21) },
        createdAt: Date.UTC(2026, 10, 21),
        expiresAt: later,
      },
      later,
    );
    expect(added).toBe(true);
    const path = `/internal/messages/${id}`;
    return {
      path,
      prepare: () => world.callAs('notification-worker', 'POST', path),
      settle: (outcome: string) =>
        world.callAs('notification-worker', 'POST', `${path}/outcome`, { outcome }),
    };
  }

  describe('a message that we owe', () => {
    it('is for notification-worker alone to read and to settle', async () => {
      const { path, prepare, settle } = await owe('message-alone');
      for (const url of [path, `${path}/outcome`]) {
        const payload = { outcome: 'sent' };
        expect((await world.app.inject({ method: 'POST', url, payload })).statusCode).toBe(401);
        for (const caller of ['enrolment-desk', 'oidc-provider'] as const)
          expect((await world.callAs(caller, 'POST', url, payload)).statusCode).toBe(403);
      }
      const prepared = await prepare();
      expect(prepared.headers['cache-control']).toBe('no-store');
      expect(preparedMessageSchema.parse(prepared.json())).toMatchObject({
        channel: 'email',
        to: 'camille@cabinet.example',
      });
      expect((await settle('burnt')).statusCode).toBe(400);
      expect((await prepare()).statusCode).toBe(200);
    });

    it('is not there any more once it was sent, and is after it failed', async () => {
      const { prepare, settle } = await owe('message-settled');
      expect((await settle('failed')).json()).toEqual({ noted: true });
      expect((await prepare()).statusCode).toBe(200);
      expect((await settle('sent')).json()).toEqual({ noted: true });
      expect((await prepare()).statusCode).toBe(404);
      expect((await settle('sent')).statusCode).toBe(200);
    });

    it('says where to report what was not oneself, and the page is there', async () => {
      const { prepare } = await owe('message-link');
      const { text } = preparedMessageSchema.parse((await prepare()).json());
      const [link = ''] = /https:\S+/.exec(text) ?? [];
      const { pathname, origin } = new URL(link);
      expect(origin).toBe('https://wallet.example');
      const page = await world.browser().open(pathname);
      expect(page.status).toBe(200);
      expect(page.text).toContain('Ce n’est pas vous');
    });

    it('says another place to report it when the configuration has one', async () => {
      const { prepare } = await owe('message-elsewhere', { REPORT_URL: 'https://aide.example/signaler' });
      const { text } = preparedMessageSchema.parse((await prepare()).json());
      expect(text).toContain('https://aide.example/signaler\n');
      expect(text).not.toContain('wallet.example');
    });
  });
}
