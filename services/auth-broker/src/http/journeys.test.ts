import { createMemoryApprovals } from '@psc/approvals';
import { createMemoryQuotas } from '@psc/quotas';
import { createMemoryDevices } from '#src/adapters/devices.memory.ts';
import { createMemoryFraudReports } from '#src/adapters/fraud-reports.memory.ts';
import { createWorld } from '#src/testing/world.ts';
import { journeysContract } from './journeys.contract.ts';

journeysContract((settings) => {
  const time = { now: Date.UTC(2026, 10, 21) };
  const clock = () => time.now;
  const told = new Map<string, readonly string[]>();
  const stores = {
    approvals: createMemoryApprovals({ clock }),
    devices: createMemoryDevices(),
    fraudReports: createMemoryFraudReports(),
    quotas: createMemoryQuotas(clock),
    notifications: {
      async notify(approvalId: string, deviceIds: readonly string[]) {
        told.set(approvalId, deviceIds);
      },
    },
    notified: async (approvalId: string) => told.get(approvalId) ?? [],
  };
  return createWorld(stores, time, settings);
});
