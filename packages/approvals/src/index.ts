export * from './approval.ts';
export * from './approvals.ts';
