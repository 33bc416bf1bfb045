import { beforeEach, describe, expect, it } from 'vitest';
import { application } from '#src/testing/applications.ts';
import type { Applications } from './applications.ts';

/** What every adapter of `Applications` must do. `open` answers an empty one. */
export function applicationsContract(open: () => Promise<Applications>): void {
  let applications: Applications;
  beforeEach(async () => {
    applications = await open();
  });

  describe('applications', () => {
    it('are found as they were saved, by their identifier', async () => {
      const confidential = application({
        clientId: 'dossier',
        homeUrl: 'https://dossier.example/',
        idTokenAlg: 'ES256',
        acr: 'eidas2',
        challengeFromLoginHint: true,
        claims: '2021',
        kind: 'intermediary',
        grants: ['urn:openid:params:grant-type:ciba'],
        keysUrl: 'https://dossier.example/jwks',
        ciba: {
          channels: ['MOBILE'],
          delivery: 'ping',
          notificationUrl: 'https://dossier.example/ping',
          requestAlg: 'ES256',
        },
        logout: { backchannelUrl: 'https://dossier.example/over', frontchannelUrl: '' },
      });
      const open = application({
        clientId: 'mobile',
        authentication: 'none',
        secret: '',
        loopbackRedirects: true,
        status: 'suspended',
      });
      await applications.save(confidential);
      await applications.save(open);
      expect(await applications.find('dossier')).toEqual(confidential);
      expect(await applications.find('mobile')).toEqual(open);
      expect(await applications.find('DOSSIER')).toBeUndefined();
    });

    it('are replaced when saved again', async () => {
      await applications.save(application({ clientId: 'dossier' }));
      const changed = application({ clientId: 'dossier', name: 'Autre', secret: 'another-secret-of-tests' });
      await applications.save(changed);
      expect(await applications.find('dossier')).toEqual(changed);
    });
  });
}
