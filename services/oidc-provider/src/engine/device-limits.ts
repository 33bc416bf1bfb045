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
      try {
        if (await quotas.reserve(name, 1, DEVICE_INTERVAL_SECONDS * 1000 - EARLY_MS)) return 'through';
        return sayError(call.reply, 400, 'slow_down', 'ask less often than the interval says');
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error;
        call.reply.log.error({ err: error }, 'the questions of a device could not be counted');
        return sayError(call.reply, 503, 'temporarily_unavailable', 'try again in a few seconds');
      }
    },
  ];
}

function sayError(reply: FastifyReply, status: number, error: string, description: string): 'answered' {
  void reply.code(status).header('cache-control', 'no-store').send({ error, error_description: description });
  return 'answered';
}

function sayTrouble(reply: FastifyReply, status: number, trouble: DeviceTrouble): 'answered' {
  const { body, headers } = renderPage(deviceCodePage({ action: 'device' }, trouble));
  void reply.code(status).headers(headers).send(body);
  return 'answered';
}
