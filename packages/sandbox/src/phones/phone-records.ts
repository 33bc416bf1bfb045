import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { subscriberSchema } from '../push-service/subscriber.ts';

/** A real phone's key cannot be read; this one must outlive the process that made it. */
export const phoneKeySchema = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  d: z.string(),
});

/** What makes one virtual phone: everything that a real one keeps in its key store, and its owner's PIN. */
const phoneRecordSchema = z.object({
  nationalId: z.string(),
  deviceId: z.string(),
  pin: z.string(),
  key: phoneKeySchema,
  subscriber: subscriberSchema,
});
export type PhoneRecord = z.infer<typeof phoneRecordSchema>;

const fileSchema = z.object({
  /** The wallet where the phones are enrolled, and the push service they gave it: elsewhere they are worth nothing. */
  walletUrl: z.string(),
  pushUrl: z.string(),
  phones: z.array(phoneRecordSchema),
});

/** The phones that outlive the sandbox's process, so that a second start enrols nobody again. Secrets: mode 0600. */
export interface PhoneRecords {
  load(): Promise<readonly PhoneRecord[]>;
  save(phones: readonly PhoneRecord[]): Promise<void>;
}

export function createPhoneRecords(path: string, walletUrl: string, pushUrl: string): PhoneRecords {
  let lastSave = Promise.resolve();

  return {
    async load() {
      const text = await readFile(path, 'utf8').catch((error: unknown) => {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
        throw error;
      });
      const file = fileSchema.safeParse(parseJson(text));
      // A file that is cut short or of another address only costs a new enrolment.
      if (!file.success || file.data.walletUrl !== walletUrl || file.data.pushUrl !== pushUrl) return [];
      return file.data.phones;
    },

    save(phones) {
      const content = `${JSON.stringify({ walletUrl, pushUrl, phones }, null, 2)}\n`;
      // One after the other: two writers of one temporary file would mix.
      lastSave = lastSave.catch(() => undefined).then(() => replaceFile(path, content));
      return lastSave;
    },
  };
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

async function replaceFile(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, content, { mode: 0o600 });
  await rename(`${path}.new`, path);
}
