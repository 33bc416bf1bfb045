import type { PreparedCall } from '@psc/contracts';
import type { CallAnswer } from '#src/domain/application-call.ts';

/** The way to the applications. Never throws for what they or the network do. */
export interface Applications {
  call(prepared: PreparedCall): Promise<CallAnswer>;
}
