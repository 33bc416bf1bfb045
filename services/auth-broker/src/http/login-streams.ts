import { PassThrough, type Readable } from 'node:stream';
import type { FollowLogin } from '#src/use-cases/follow-login.ts';

/** The server-sent events of the pages that wait: a bounded number, all closed when the process stops. */
export interface LoginStreams {
  /** Undefined when this approval, or this process, has too many. The stream ends with the login, or with `signal`. */
  open(approvalId: string, signal: AbortSignal): Readable | undefined;
  readonly count: number;
  close(): void;
}

/** A person may have a few tabs; no more. */
const MOST_PER_APPROVAL = 4;
/** Proxies cut what stays silent for a minute or less. */
const HEARTBEAT_MS = 15_000;

export function createLoginStreams(needs: {
  readonly follow: FollowLogin;
  readonly most: number;
  readonly onError: (error: unknown) => void;
}): LoginStreams {
  const open = new Set<{ readonly approvalId: string; readonly stop: AbortController }>();

  return {
    open(approvalId, signal) {
      const ofThisApproval = [...open].filter((each) => each.approvalId === approvalId).length;
      if (open.size >= needs.most || ofThisApproval >= MOST_PER_APPROVAL) return undefined;
      const entry = { approvalId, stop: new AbortController() };
      open.add(entry);
      const stream = new PassThrough();
      // How soon the browser comes back when the connection is lost, for instance to another replica.
      stream.write('retry: 2000\n\n');
      const heartbeat = setInterval(() => stream.write(':\n\n'), HEARTBEAT_MS);
      const leave = () => entry.stop.abort();
      signal.addEventListener('abort', leave);
      void pump(approvalId, stream, entry.stop.signal).finally(() => {
        signal.removeEventListener('abort', leave);
        clearInterval(heartbeat);
        open.delete(entry);
        stream.end();
      });
      return stream;
    },
    get count() {
      return open.size;
    },
    close() {
      for (const { stop } of open) stop.abort();
    },
  };

  async function pump(approvalId: string, stream: PassThrough, signal: AbortSignal): Promise<void> {
    try {
      for await (const state of needs.follow(approvalId, signal))
        stream.write(`event: state\ndata: ${state}\n\n`);
    } catch (error) {
      // The browser comes back by itself, and the page then says what is wrong.
      needs.onError(error);
    }
  }
}
