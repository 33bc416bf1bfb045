import { deliveriesContract } from '#src/ports/deliveries.contract.ts';
import { createMemoryDeliveries } from './deliveries.memory.ts';

deliveriesContract(async () => createMemoryDeliveries());
