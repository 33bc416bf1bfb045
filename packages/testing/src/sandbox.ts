import { z } from 'zod';

/** The sandbox's control API, as an integrator's test calls it. */
export interface Sandbox {
  readonly url: string;
  setPhone(nationalId: string, mode: PhoneMode, delayMs?: number): Promise<void>;
  /** What the phone shows now; waits until it shows something, 10 s at most. */
  waitForRequest(nationalId: string): Promise<PhoneRequest>;
  requests(nationalId: string): Promise<readonly PhoneRequest[]>;
  answer(nationalId: string, id: string, answer: PhoneAnswer): Promise<{ status: number; body: unknown }>;
  createProfessional(fields?: Readonly<Record<string, unknown>>): Promise<Professional>;
  reset(): Promise<void>;
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }>;
}

export type PhoneMode = 'manual' | 'approve' | 'refuse' | 'ignore' | 'wrong-number' | 'wrong-pin' | 'report';

export interface PhoneAnswer {
  readonly decision: 'approve' | 'refuse' | 'report';
  readonly number?: string;
  readonly pin?: string;
}

const phoneRequestSchema = z.object({
  id: z.string(),
  application: z.string(),
  requestedFrom: z.string(),
  expiresAt: z.string(),
});
export type PhoneRequest = z.infer<typeof phoneRequestSchema>;

const professionalSchema = z.object({
  nationalId: z.string(),
  ecps: z.object({ active: z.boolean(), pin: z.string().optional() }),
});
export type Professional = z.infer<typeof professionalSchema>;

const TIMEOUT_MS = 15_000;
const WAIT_MS = 10_000;
const PAUSE_MS = 50;

export function createSandbox(url: string): Sandbox {
  const call: Sandbox['call'] = async (method, path, body) => {
    const response = await fetch(new URL(path, url), {
      method,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
  };

  async function expectOk(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await call(method, path, body);
    if (answer.status >= 300)
      throw new Error(`${method} ${path} → ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  const requests: Sandbox['requests'] = async (nationalId) =>
    z
      .array(phoneRequestSchema)
      .parse(await expectOk('GET', `/phones/${encodeURIComponent(nationalId)}/requests`));

  return {
    url,
    call,
    requests,
    async setPhone(nationalId, mode, delayMs = 0) {
      await expectOk('PUT', `/phones/${encodeURIComponent(nationalId)}`, { mode, delayMs });
    },
    async waitForRequest(nationalId) {
      for (let waited = 0; waited < WAIT_MS; waited += PAUSE_MS) {
        const [first] = await requests(nationalId);
        if (first) return first;
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
      throw new Error('no request reached the phone');
    },
    answer: (nationalId, id, answer) =>
      call('POST', `/phones/${encodeURIComponent(nationalId)}/requests/${encodeURIComponent(id)}`, answer),
    async createProfessional(fields = {}) {
      return professionalSchema.parse(await expectOk('POST', '/professionals', fields));
    },
    async reset() {
      await expectOk('POST', '/reset');
    },
  };
}
