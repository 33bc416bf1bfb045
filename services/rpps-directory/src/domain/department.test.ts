import { expect, test } from 'vitest';
import { departmentOf } from './department.ts';

const nowhere = { codeDepartement: '', codeCommune: '', codePostal: '', codePays: '' };

test.each([
  [{ codeDepartement: '75' }, '75'],
  [{ codeDepartement: '2a' }, '2A'],
  [{ codeDepartement: '974' }, '974'],
  [{ codeDepartement: '75', codePostal: '69001' }, '75'],
  [{ codeCommune: '2B033', codePostal: '20200' }, '2B'],
  [{ codeCommune: '97411' }, '974'],
  [{ codePostal: '25304' }, '25'],
  [{ codePostal: '01000' }, '01'],
  [{ codePostal: '20000' }, '2A'],
  [{ codePostal: '20100' }, '2A'],
  [{ codePostal: '20200' }, '2B'],
  [{ codePostal: '20600' }, '2B'],
  [{ codePostal: '97150' }, '971'],
  [{ codePostal: '75009', codePays: '99000' }, '75'],
  [{ codePostal: '75009', codePays: '99132' }, ''],
  [{ codePostal: 'GL', codePays: '99132' }, ''],
  [{ codePostal: 'GL' }, ''],
  [{}, ''],
])('the department of %j is %j', (activity, department) => {
  expect(departmentOf({ ...nowhere, ...activity })).toBe(department);
});
