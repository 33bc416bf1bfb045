import { registerContract } from '#src/ports/register.contract.ts';
import { createMemoryRegister } from './register.memory.ts';

registerContract(async () => createMemoryRegister());
