import type { IncomingMessage } from 'node:http';

/** Who asks, as the front saw them: the library only sees headers, which anybody writes. */
export interface Requester {
  readonly ip: string;
  readonly userAgent: string;
}

const requesters = new WeakMap<IncomingMessage, Requester>();

export function rememberRequester(request: IncomingMessage, requester: Requester): void {
  requesters.set(request, requester);
}

export function requesterOf(request: IncomingMessage): Requester {
  return requesters.get(request) ?? { ip: '', userAgent: '' };
}
