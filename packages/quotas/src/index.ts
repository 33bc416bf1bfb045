export { networkOf } from './network.ts';
export { createPseudonym } from './pseudonym.ts';
export { createMemoryQuotas } from './quotas.memory.ts';
export { createRedisQuotas } from './quotas.redis.ts';
export type { Count, Quotas, Window } from './quotas.ts';
