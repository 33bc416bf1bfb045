import { approvalsContract } from './approvals.contract.ts';
import { createMemoryApprovals } from './approvals.memory.ts';

approvalsContract('memory', createMemoryApprovals);
