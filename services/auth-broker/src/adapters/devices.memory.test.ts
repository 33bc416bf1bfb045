import { devicesContract } from '#src/ports/devices.contract.ts';
import { createMemoryDevices } from './devices.memory.ts';

devicesContract(async () => createMemoryDevices());
