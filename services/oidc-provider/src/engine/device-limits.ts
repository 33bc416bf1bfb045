import { hash } from 'node:crypto';
import { grantTypes } from '@psc/contracts';
import { Unavailable } from '@psc/kernel';
import { renderPage } from '@psc/pages';
import { networkOf, type Quotas } from '@psc/quotas';
import type { FastifyReply } from 'fastify';
import { endpoints } from './endpoints.ts';
import type { Front } from './mount.ts';
import { type DeviceTrouble, deviceCodePage } from './pages/device-pages.ts';

/** Seconds between two questions of a device, as Keycloak has it. */
export const DEVICE_INTERVAL_SECONDS = 5;

/** What a device that keeps the interval may be early by, on a network that is not even. */
const EARLY_MS = 500;

/**
 * Codes that one network may type. A code has 35 bits and lives ten minutes: so many guesses find one of a thousand that are
 * open once in four hundred thousand windows. A hospital is one network: it may still connect thirty devices meanwhile.
 */
const MOST_CODES = 60;
const CODES_WINDOW_MS = 600_000;

export interface DeviceLimitsNeeds {
  readonly quotas: Pick<Quotas, 'reserve'>;
  /** Keyed digest of an address. */
  readonly pseudonym: (value: string) => string;
}

/** What stands in front of the device flow: whoever guesses codes, and devices that ask too often (RFC 8628 §5.1, §3.5). */
export function createDeviceLimits({ quotas, pseudonym }: DeviceLimitsNeeds): readonly Front[] {
  return [
    async ({ path, method, ip, reply }) => {
      if (path !== endpoints.code_verification || method !== 'POST') return 'through';
      try {
        const name = `device-codes:${pseudonym(networkOf(ip))}`;
        if (await quotas.reserve(name, MOST_CODES, CODES_WINDOW_MS)) return 'through';
        return sayTrouble(reply, 429, 'too_many_codes');
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error;
        reply.log.error({ err: error }, 'the codes typed for devices could not be counted');
        return sayTrouble(reply, 503, 'unavailable');
      }
    },

    async (call) => {
      if (call.path !== endpoints.token || !call.body.includes('device_code')) return 'through';
      const form = new URLSearchParams(call.body);
      const code = form.get('device_code') ?? '';
      if (form.get('grant_type') !== grantTypes.device || code === '') return 'through';
      const name = `device-poll:${hash('sha256', code, 'base64url')}`;
      const inTime = await quotas.reserve(name, 1, DEVICE_INTERVAL_SECONDS * 1000 - EARLY_MS);
      if (inTime) return 'through';
      void call.reply
        .code(400)
        .header('cache-control', 'no-store')
        .send({ error: 'slow_down', error_description: 'ask less often than the interval says' });
      return 'answered';
    },
  ];
}

function sayTrouble(reply: FastifyReply, status: number, trouble: DeviceTrouble): 'answered' {
  const { body, headers } = renderPage(deviceCodePage({ action: 'device' }, trouble));
  void reply.code(status).headers(headers).send(body);
  return 'answered';
}
