import { integer } from '@psc/runtime';
import { z } from 'zod';
import { type Network, parseNetwork } from './addresses.ts';
import { type AllowedHost, parseAllowedHost } from './allowed-hosts.ts';
import type { GuardSettings } from './guarded-fetch.ts';

/** Entries separated by commas or spaces; each must be one. */
function list<Entry>(parse: (text: string) => Entry | undefined, message: string) {
  return z.string().transform((text, context) =>
    text
      .split(/[\s,]+/)
      .filter(Boolean)
      .flatMap((written) => {
        const entry = parse(written);
        if (entry === undefined) context.addIssue({ code: 'custom', message });
        return entry ?? [];
      }),
  );
}

/** For any setting that is a list of hosts that may be called. */
export const allowedHosts = list<AllowedHost>(
  parseAllowedHost,
  'must be hosts separated by commas: host, *.host, host:port, host:*, http://host:port, or * for any over https',
);

const networks = list<Network>(
  parseNetwork,
  'must be networks separated by commas: 10.20.0.0/16, fd00::/8 or one address',
);

/** What a service that calls applications reads. Spread it into its `z.object({ ...outgoingConfig, … })`. */
export const outgoingConfig = {
  /** The hosts that may be called. By default any, over https; which of their addresses, the next setting says. */
  OUTGOING_ALLOWED_HOSTS: allowedHosts.prefault('*'),
  /** Networks that are not public and may be called all the same. */
  OUTGOING_PRIVATE_NETWORKS: networks.prefault(''),
  /** From the name's resolution to the last byte of the answer. */
  OUTGOING_TIMEOUT_MS: integer(100, 60_000).default(5_000),
  /** An answer that is longer is cut, and is a failure. */
  OUTGOING_MAX_ANSWER_BYTES: integer(1_024, 64 * 1024 * 1024).default(256 * 1024),
  /** Certificates in PEM that are trusted beside the usual authorities. */
  OUTGOING_CA: z.string().includes('-----BEGIN CERTIFICATE-----').optional(),
} as const;

type OutgoingConfig = z.output<z.ZodObject<typeof outgoingConfig>>;

export function guardSettings(config: OutgoingConfig): GuardSettings {
  return {
    allowedHosts: config.OUTGOING_ALLOWED_HOSTS,
    privateNetworks: config.OUTGOING_PRIVATE_NETWORKS,
    timeoutMs: config.OUTGOING_TIMEOUT_MS,
    maxAnswerBytes: config.OUTGOING_MAX_ANSWER_BYTES,
    ...(config.OUTGOING_CA === undefined ? {} : { ca: config.OUTGOING_CA }),
  };
}
