import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** An address of an application that we call: what it is called with, and what it answers. */
export interface Callee extends AsyncDisposable {
  readonly url: string;
  readonly calls: readonly Call[];
  /** The first call that is so; waits for it. */
  called(isIt: (call: Call) => boolean): Promise<Call>;
  answer: CalleeAnswer;
}

export interface Call {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface CalleeAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const PATIENCE_MS = 10_000;
const PAUSE_MS = 20;

export async function openCallee(): Promise<Callee> {
  const calls: Call[] = [];
  const callee: { answer: CalleeAnswer } = { answer: { status: 204 } };
  const server = createServer(async (request, response) => {
    calls.push({ path: request.url ?? '', headers: request.headers, body: await text(request) });
    const { status, headers = {}, body = '' } = callee.answer;
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(callee, {
    url: `http://127.0.0.1:${port}/called`,
    calls,
    async called(isIt: (call: Call) => boolean) {
      for (let waited = 0; waited < PATIENCE_MS; waited += PAUSE_MS) {
        const call = calls.find(isIt);
        if (call) return call;
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
      throw new Error('the application was not called');
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
