import { messageDeliveriesContract } from '#src/ports/message-deliveries.contract.ts';
import { createMemoryMessageDeliveries } from './message-deliveries.memory.ts';

messageDeliveriesContract(async () => createMemoryMessageDeliveries());
