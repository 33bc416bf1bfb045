import { expect, it } from 'vitest';
import type { Application } from '#src/domain/application.ts';
import { application } from '#src/testing/applications.ts';
import { createWorkingApplications } from './working-applications.ts';

function world(testApplications: 'accept' | 'refuse') {
  const warnings: object[] = [];
  const working = createWorkingApplications(testApplications, {
    warn: (content: object) => void warnings.push(content),
  });
  const take = (...applications: readonly Application[]) =>
    working.take(new Map(applications.map((each) => [each.clientId, each])));
  return { working, warnings, take };
}
const dossier = application({ clientId: 'dossier', environment: 'production' });
const essai = application({ clientId: 'essai', environment: 'test' });

it('an application of test does not exist for a provider that refuses them, which says so once', () => {
  const { working, warnings, take } = world('refuse');
  take(dossier, essai);
  expect(working.get('dossier')).toBe(dossier);
  expect(working.get('essai')).toBeUndefined();
  take(dossier, essai);
  expect(warnings).toEqual([{ applications: 'essai' }]);
  take(dossier);
  take(dossier, essai);
  expect(warnings).toHaveLength(2);
});

it('an application of test works for a provider that accepts them', () => {
  const { working, warnings, take } = world('accept');
  take(dossier, essai);
  expect(working.get('essai')).toBe(essai);
  expect(warnings).toEqual([]);
});

it('what is taken replaces what was there', () => {
  const { working, take } = world('accept');
  take(dossier);
  take(essai);
  expect(working.get('dossier')).toBeUndefined();
});
