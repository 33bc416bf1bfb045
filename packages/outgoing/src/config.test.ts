import { ConfigError, parseConfig } from '@psc/runtime';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { guardSettings, outgoingConfig } from './config.ts';

const read = (env: Record<string, string>) => guardSettings(parseConfig(z.object(outgoingConfig), env));

describe('the settings of outgoing calls', () => {
  it('by default allow any host over https, and no network of ours', () => {
    expect(read({})).toEqual({
      allowedHosts: [{ scheme: 'https', host: undefined, anyBelow: false, port: undefined }],
      privateNetworks: [],
      timeoutMs: 5_000,
      maxAnswerBytes: 262_144,
    });
  });

  it('list hosts and networks, by commas or lines', () => {
    const settings = read({
      OUTGOING_ALLOWED_HOSTS: '*.hopital.example,\nhttp://localhost:*',
      OUTGOING_PRIVATE_NETWORKS: '10.20.0.0/16, fd00::/8',
    });
    expect(settings.allowedHosts).toHaveLength(2);
    expect(settings.privateNetworks).toEqual([
      { address: '10.20.0.0', prefix: 16, family: 'ipv4' },
      { address: 'fd00::', prefix: 8, family: 'ipv6' },
    ]);
  });

  it('name what is wrong, without quoting it', () => {
    const wrong = {
      OUTGOING_ALLOWED_HOSTS: 'https://user:secret@x',
      OUTGOING_PRIVATE_NETWORKS: '10.0.0.0/40',
    };
    expect(() => read(wrong)).toThrow(ConfigError);
    expect(() => read(wrong)).toThrow(
      /OUTGOING_ALLOWED_HOSTS: must be hosts[\s\S]*OUTGOING_PRIVATE_NETWORKS: must/,
    );
    expect(() => read(wrong)).not.toThrow(/secret/);
  });
});
