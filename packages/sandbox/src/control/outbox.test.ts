import { beforeEach, describe, expect, it } from 'vitest';
import { createOutbox, type Outbox } from './outbox.ts';

const at = '2026-06-01T12:00:00.000Z';
let outbox: Outbox;
beforeEach(() => {
  outbox = createOutbox(() => Date.parse(at));
});

describe('the outbox', () => {
  it('keeps what left the system, with its links and its time', () => {
    outbox.add({
      channel: 'email',
      to: 'a@example.test',
      subject: 'Bonjour',
      text: 'Voir http://localhost:3001/a?b=c, puis <https://example.test>.',
    });
    expect(outbox.list({})).toEqual([
      {
        channel: 'email',
        to: 'a@example.test',
        subject: 'Bonjour',
        text: 'Voir http://localhost:3001/a?b=c, puis <https://example.test>.',
        links: ['http://localhost:3001/a?b=c', 'https://example.test'],
        at,
      },
    ]);
  });

  it('finds by channel, by person, and by both', () => {
    for (const [channel, to] of [
      ['push', '1'],
      ['push', '2'],
      ['sms', '1'],
    ] as const)
      outbox.add({ channel, to, subject: '', text: '' });
    expect(outbox.list({ to: '1' })).toHaveLength(2);
    expect(outbox.list({ channel: 'push' })).toHaveLength(2);
    expect(outbox.list({ to: '1', channel: 'sms' })).toHaveLength(1);
    expect(outbox.list({ to: '3' })).toEqual([]);
  });

  it('forgets the oldest beyond a thousand, and everything when cleared', () => {
    for (let i = 0; i < 1_003; i++) outbox.add({ channel: 'push', to: String(i), subject: '', text: '' });
    expect(outbox.list({})).toHaveLength(1_000);
    expect(outbox.list({})[0]?.to).toBe('3');
    outbox.clear();
    expect(outbox.list({})).toEqual([]);
  });
});
