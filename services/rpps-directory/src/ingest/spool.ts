import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { addAbortSignal, type Readable } from 'node:stream';
import { type Accepted, accepted } from '@psc/kernel';
import { type ImportRefused, refuseImport } from '#src/domain/import-refusal.ts';
import type { SourceOptions } from '#src/ports/extract.ts';

export interface ExtractsParts {
  readonly stdin: Readable;
  /** Of downloads and of standard input: private, and without a name once they are open. */
  readonly temporaryFolder: string;
  /** How long a server may stay silent, and what to wait before an interrupted download goes on. */
  readonly silenceMs?: number;
  readonly pauseMs?: number;
}

/** A file on its way into the register, open, with the name to call it by. */
export interface SpooledFile {
  readonly file: FileHandle;
  readonly name: string;
}

/** More than any extract of the register, zipped or not. */
export const LARGEST_FILE_BYTES = 8 * 1024 ** 3;

export const tooLarge = refuseImport('file_too_large', 'more than 8 GiB came: that is no extract');

/** A file that only we can read, and that is gone when it is closed, even by the end of the process. */
export async function openTemporary(folder: string): Promise<FileHandle> {
  const path = join(folder, `psc-extract-${randomBytes(12).toString('hex')}`);
  const file = await open(path, 'wx+', 0o600);
  await rm(path);
  return file;
}

/** Keeps what comes on standard input, since an extract is read more than once. */
export async function receive(
  { stdin, temporaryFolder }: ExtractsParts,
  { onReceived, signal }: SourceOptions,
): Promise<Accepted<SpooledFile> | ImportRefused> {
  const file = await openTemporary(temporaryFolder);
  try {
    let received = 0;
    for await (const chunk of signal ? addAbortSignal(signal, stdin) : stdin) {
      received += chunk.length;
      if (received > LARGEST_FILE_BYTES) {
        await file.close();
        return tooLarge;
      }
      await file.write(chunk);
      onReceived?.(received, undefined);
    }
    return accepted({ file, name: 'standard input' });
  } catch (error) {
    await file.close();
    throw error;
  }
}
