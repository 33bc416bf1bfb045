import { describe, expect, it } from 'vitest';
import type { Application } from './application.ts';
import { type CibaParameters, readCibaRequest } from './ciba-request.ts';

const rules = { scopes: ['openid', 'scope_all'], longestSeconds: 120 };
const polling = {
  channels: ['MOBILE', 'CARD'],
  delivery: 'poll',
  notificationUrl: '',
  requestAlg: '',
} as const;
const asked = { scope: 'openid scope_all', login_hint: '899700000013', binding_message: '07' };

const read = (change: CibaParameters = {}, ciba: Partial<Application['ciba']> = {}) =>
  readCibaRequest({ ...asked, ...change }, { ciba: { ...polling, ...ciba } }, rules);

describe('a CIBA request', () => {
  it('is for the phone, and for two minutes, unless it says otherwise', () => {
    const value = { number: '07', means: 'ecps', seconds: 120, notificationToken: '' };
    expect(read()).toEqual({ ok: true, value });
    expect(read({ channel: 'CARD' })).toEqual({ ok: true, value: { ...value, means: 'cps' } });
    expect(read({ requested_expiry: '30' })).toEqual({ ok: true, value: { ...value, seconds: 30 } });
    expect(read({ requested_expiry: '3000' })).toEqual({ ok: true, value });
  });

  it('is for the card when its application may only ask for that', () => {
    expect(read({}, { channels: ['CARD'] })).toMatchObject({ value: { means: 'cps' } });
    expect(read({ channel: 'MOBILE' }, { channels: ['CARD'] })).toMatchObject({
      refusal: 'channel_not_allowed',
    });
    expect(read({}, { channels: [] })).toMatchObject({ refusal: 'channel_not_allowed' });
  });

  it.each([
    ['login_hint_missing', { login_hint: '' }],
    ['scope_missing', { scope: undefined }],
    ['scope_unknown', { scope: 'openid everything' }],
    ['scope_unknown', { scope: 'openid  scope_all' }],
    ['binding_message_missing', { binding_message: undefined }],
    ['binding_message_invalid', { binding_message: '7' }],
    ['binding_message_invalid', { binding_message: '007' }],
    ['binding_message_invalid', { binding_message: '4a' }],
    ['binding_message_invalid', { binding_message: '07\n' }],
    ['binding_message_invalid', { binding_message: '٠٧' }],
    ['binding_message_invalid', { binding_message: ['07', '08'] }],
    ['notification_token_unexpected', { client_notification_token: 'x' }],
    ['user_code_unsupported', { user_code: '1234' }],
    ['channel_unknown', { channel: 'mobile' }],
    ['channel_unknown', { channel: ['MOBILE', 'CARD'] }],
  ] as const)('is refused: %s', (refusal, change) => {
    expect(read(change)).toEqual({ ok: false, refusal });
  });

  it('names the professional in any of three ways', () => {
    expect(read({ login_hint: undefined, id_token_hint: 'a.b.c' }).ok).toBe(true);
  });

  it('of an application that is called brings what we show it, and no more than 1024 characters', () => {
    const ping = { delivery: 'ping', notificationUrl: 'https://logiciel.example/ping' } as const;
    const ofLength = (length: number) => read({ client_notification_token: 'x'.repeat(length) }, ping);
    expect(ofLength(0)).toEqual({ ok: false, refusal: 'notification_token_missing' });
    expect(ofLength(1024)).toMatchObject({ value: { notificationToken: 'x'.repeat(1024) } });
    expect(ofLength(1025)).toEqual({ ok: false, refusal: 'notification_token_too_long' });
  });

  it('with several faults has the one that Keycloak finds first', () => {
    expect(read({ login_hint: '', scope: '', binding_message: 'x' })).toMatchObject({
      refusal: 'login_hint_missing',
    });
    expect(read({ scope: 'x', binding_message: 'x', user_code: 'x' })).toMatchObject({
      refusal: 'scope_unknown',
    });
  });
});
