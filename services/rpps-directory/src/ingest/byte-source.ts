import type { FileHandle } from 'node:fs/promises';
import type { ImportRefused } from '#src/domain/import-refusal.ts';

/** Bytes, from the first to the last, asked for by who reads them. */
export interface ByteSource {
  /** Fills some of `into` from `offset` on; 0 at the end. */
  read(into: Buffer, offset: number): Promise<number>;
  close(): Promise<void>;
}

/** Bytes that are not those of the file: what is told of it instead. */
export class RefusedBytes extends Error {
  readonly refused: ImportRefused;

  constructor(refused: ImportRefused, options?: ErrorOptions) {
    super(refused.sentence, options);
    this.name = new.target.name;
    this.refused = refused;
  }
}

const AHEAD_BYTES = 512 * 1024;

/** The bytes of a file, read ahead while the ones before are worked on. The file stays open. */
export function fromFile(file: FileHandle): ByteSource {
  let position = 0;
  let ahead: Promise<Uint8Array> | undefined;
  let rest: Uint8Array = new Uint8Array(0);
  const spares = [Buffer.alloc(AHEAD_BYTES), Buffer.alloc(AHEAD_BYTES)] as const;
  let turn = 0;

  function readAhead(): Promise<Uint8Array> {
    const into = spares[turn % 2 === 0 ? 0 : 1];
    turn++;
    const reading = file.read(into, 0, into.length, position).then(({ bytesRead }) => {
      position += bytesRead;
      return into.subarray(0, bytesRead);
    });
    // Its failure is told to who waits for it.
    reading.catch(() => undefined);
    return reading;
  }

  return {
    async read(into, offset) {
      if (rest.length === 0) {
        rest = await (ahead ?? readAhead());
        ahead = readAhead();
      }
      const taken = rest.subarray(0, into.length - offset);
      into.set(taken, offset);
      rest = rest.subarray(taken.length);
      return taken.length;
    },
    async close() {
      await ahead?.catch(() => undefined);
    },
  };
}

/** The bytes of a stream, which ends when they are closed. */
export function fromChunks(chunks: AsyncIterable<Uint8Array>): ByteSource {
  const iterator = chunks[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array(0);
  return {
    async read(into, offset) {
      while (rest.length === 0) {
        const next = await iterator.next();
        if (next.done) return 0;
        rest = next.value;
      }
      const taken = rest.subarray(0, into.length - offset);
      into.set(taken, offset);
      rest = rest.subarray(taken.length);
      return taken.length;
    },
    async close() {
      await iterator.return?.();
    },
  };
}
