import { createMemoryApprovals } from '@psc/approvals';
import { systemClock } from '@psc/kernel';
import { expect, it } from 'vitest';
import { createMemoryDevices } from '#src/adapters/devices.memory.ts';
import { createConfirmSilence } from './confirm-silence.ts';

const nationalId = '899700000013';

function world(whileTheRegisterAnswers: () => Promise<void> = async () => undefined) {
  const devices = createMemoryDevices();
  const confirmSilence = createConfirmSilence({
    directory: {
      async find() {
        await whileTheRegisterAnswers();
        return { nationalId, active: true };
      },
    },
    devices,
    approvals: createMemoryApprovals({ clock: systemClock }),
    decideChallenge: () => Promise.reject(new Error('nobody waits')),
  });
  return { devices, confirmSilence };
}

it('a silence that the register contradicts is over', async () => {
  const { devices, confirmSilence } = world();
  await devices.setSilence(nationalId, { event: 7, silent: true, at: 0 });
  expect(await confirmSilence(nationalId)).toBe(false);
  expect(await devices.findSilence(nationalId)).toBeUndefined();
});

it('but not that of an event which comes while the register answers', async () => {
  const { devices, confirmSilence } = world(() =>
    devices.setSilence(nationalId, { event: 9, silent: true, at: 0 }),
  );
  await devices.setSilence(nationalId, { event: 7, silent: true, at: 0 });
  await confirmSilence(nationalId);
  expect(await devices.findSilence(nationalId)).toBe(9);
});
