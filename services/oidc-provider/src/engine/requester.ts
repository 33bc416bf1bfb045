import type { IncomingMessage } from 'node:http';

/** Who asks, as the front saw them: the library only sees headers, which anybody writes. */
export interface Requester {
  readonly ip: string;
  readonly userAgent: string;
  /** Of the page whose script asks; '' when a server does, or a person. */
  readonly origin: string;
}

const requesters = new WeakMap<IncomingMessage, Requester>();

export function rememberRequester(request: IncomingMessage, requester: Requester): void {
  requesters.set(request, requester);
}

export function requesterOf(request: IncomingMessage): Requester {
  return requesters.get(request) ?? { ip: '', userAgent: '', origin: '' };
}
