import { createMemoryApprovals } from '@psc/approvals';
import { createMemoryQuotas } from '@psc/quotas';
import { createMemoryDevices } from '#src/adapters/devices.memory.ts';
import { createMemoryFraudReports } from '#src/adapters/fraud-reports.memory.ts';
import { createMemoryOwedMessages } from '#src/adapters/owed-messages.memory.ts';
import { createWorld } from '#src/testing/world.ts';
import { cibaContract } from './ciba.contract.ts';
import { journeysContract, type OpenWorld } from './journeys.contract.ts';
import { messagesContract } from './messages.contract.ts';
import { registerEventsContract } from './register-events.contract.ts';

const openWorld: OpenWorld = (settings) => {
  const time = { now: Date.UTC(2026, 10, 21) };
  const clock = () => time.now;
  const told = new Map<string, readonly string[]>();
  const pings = new Map<string, string>();
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
    calls: {
      async ping(approvalId: string, clientId: string) {
        pings.set(approvalId, clientId);
      },
    },
    owedMessages: createMemoryOwedMessages(),
    messages: { queue: async () => undefined },
    pinged: async (approvalId: string) => [pings.get(approvalId) ?? []].flat(),
  };
  return createWorld(stores, time, settings);
};

journeysContract(openWorld);
cibaContract(openWorld);
messagesContract(openWorld);
registerEventsContract(openWorld);
