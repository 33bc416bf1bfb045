import { systemClock } from '@psc/kernel';
import { expect, it } from 'vitest';
import { sessionsContract } from './sessions.contract.ts';
import { storeContract } from './store.contract.ts';
import { createMemoryStore } from './store.memory.ts';

const open = async () => createMemoryStore(systemClock, { sessionIdleSeconds: 1800 });
storeContract(open);
sessionsContract(open);

it('forgets what has lapsed, and a session that nobody used', async () => {
  let now = 0;
  const store = createMemoryStore(() => now, { sessionIdleSeconds: 1800 });
  const uid = 'u'.repeat(43);
  const jti = `${uid}.0.${'s'.repeat(43)}`;
  await store.adapterFor('AuthorizationCode').upsert('code', { jti: 'code' }, 60);
  await store.adapterFor('Session').upsert(jti, { jti, uid }, 14_400);

  now = 76_000;
  expect(await store.adapterFor('AuthorizationCode').find('code')).toBeUndefined();
  now = 1_700_000;
  await store.touchSession(uid);
  now = 3_400_000;
  expect(await store.adapterFor('Session').find(jti)).toBeDefined();
  now = 3_501_000;
  expect(await store.adapterFor('Session').find(jti)).toBeUndefined();
});
