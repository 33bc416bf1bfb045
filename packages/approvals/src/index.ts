export * from './approval.ts';
export { createMemoryApprovals, type MemoryApprovalsSettings } from './approvals.memory.ts';
export { createRedisApprovals, type RedisApprovalsSettings } from './approvals.redis.ts';
export * from './approvals.ts';
