import { accepted, type Outcome, refused } from '@psc/kernel';
import type { Application } from './application.ts';

/** What an application asks by CIBA, beyond what every authorization request has. */
export interface CibaRequest {
  /** Two digits that the application shows, and that the professional types. */
  readonly number: string;
  readonly means: 'ecps' | 'cps';
  /** The time given to answer. */
  readonly seconds: number;
  /** What we show when we call the application; '' for one that polls. */
  readonly notificationToken: string;
}

/** Why a request of an authenticated application is not passed on to the professional. */
export type CibaRequestRefusal =
  | 'login_hint_missing'
  | 'scope_missing'
  | 'scope_unknown'
  | 'binding_message_missing'
  | 'binding_message_invalid'
  | 'notification_token_unexpected'
  | 'notification_token_too_long'
  | 'notification_token_missing'
  | 'user_code_unsupported'
  | 'channel_unknown'
  | 'channel_not_allowed';

/** As they were sent or signed. */
export type CibaParameters = Readonly<Record<string, unknown>>;

const LONGEST_NOTIFICATION_TOKEN = 1024;

const meansOf = { MOBILE: 'ecps', CARD: 'cps' } as const;

/**
 * Reads a request in the order in which Keycloak finds fault with one, so that the same mistake has the same answer. PSC
 * adds to CIBA that `binding_message` is two digits, and `channel`, which is the phone unless it says the card.
 */
export function readCibaRequest(
  parameters: CibaParameters,
  { ciba }: Pick<Application, 'ciba'>,
  rules: { readonly scopes: readonly string[]; readonly longestSeconds: number },
): Outcome<CibaRequest, CibaRequestRefusal> {
  const text = (name: string) => String(parameters[name] ?? '');

  const hints = ['login_hint', 'id_token_hint', 'login_hint_token'];
  if (hints.every((hint) => text(hint) === '')) return refused('login_hint_missing');

  const scope = text('scope');
  if (scope === '') return refused('scope_missing');
  if (!scope.split(' ').every((each) => rules.scopes.includes(each))) return refused('scope_unknown');

  const number = text('binding_message');
  if (number === '') return refused('binding_message_missing');
  if (!/^\d{2}$/.test(number)) return refused('binding_message_invalid');

  const notificationToken = text('client_notification_token');
  const pings = ciba.delivery === 'ping';
  if (notificationToken !== '' && !pings) return refused('notification_token_unexpected');
  if (notificationToken.length > LONGEST_NOTIFICATION_TOKEN) return refused('notification_token_too_long');
  if (notificationToken === '' && pings) return refused('notification_token_missing');

  if (text('user_code') !== '') return refused('user_code_unsupported');

  const channel = text('channel') || defaultChannel(ciba.channels);
  if (channel !== 'MOBILE' && channel !== 'CARD') return refused('channel_unknown');
  if (!ciba.channels.includes(channel)) return refused('channel_not_allowed');

  const asked = Number(text('requested_expiry')) || rules.longestSeconds;
  return accepted({
    number,
    means: meansOf[channel],
    seconds: Math.min(asked, rules.longestSeconds),
    notificationToken,
  });
}

/** The phone, unless the application may only ask for the card. */
function defaultChannel(channels: Application['ciba']['channels']): string {
  return channels.includes('MOBILE') ? 'MOBILE' : (channels[0] ?? 'MOBILE');
}
