import { afterAll, beforeAll } from 'vitest';
import { openRealStores, type RealStores } from '#src/testing/real-stores.ts';
import { cibaContract } from './ciba.contract.ts';
import { journeysContract, type OpenWorld } from './journeys.contract.ts';
import { messagesContract } from './messages.contract.ts';
import { registerEventsContract } from './register-events.contract.ts';

let stores: RealStores;
beforeAll(async () => {
  stores = await openRealStores();
});
afterAll(() => stores?.close());

const openWorld: OpenWorld = (settings) => stores.openWorld(settings);

journeysContract(openWorld);
cibaContract(openWorld);
messagesContract(openWorld);
registerEventsContract(openWorld);
