import { owedMessagesContract } from '#src/ports/owed-messages.contract.ts';
import { createMemoryOwedMessages } from './owed-messages.memory.ts';

owedMessagesContract(async () => createMemoryOwedMessages());
