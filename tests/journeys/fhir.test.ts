import { createSandbox, type Sandbox } from '@psc/testing';
import { beforeAll, describe, expect, inject, it, vi } from 'vitest';

/** The FHIR face of the running sandbox, as an integrator's program calls it. */
let sandbox: Sandbox;
let face: string;

beforeAll(async () => {
  sandbox = createSandbox(inject('cluster').sandboxUrl);
  const { body } = await sandbox.call('GET', '/');
  face = (body as { addresses: { fhir: string } }).addresses.fhir;
});

interface Answer {
  readonly active?: boolean;
  readonly name?: readonly { readonly family?: string }[];
  readonly entry?: readonly { readonly resource: Answer & { readonly id: string } }[];
}

async function ask(path: string, key = 'sandbox-key'): Promise<{ status: number; body: Answer }> {
  const response = await fetch(`${face}${path}`, { headers: { 'esante-api-key': key } });
  return { status: response.status, body: JSON.parse(await response.text()) as Answer };
}

/** From the import to the lists that follow it. */
const SOON = { timeout: 15_000, interval: 200 };

describe('a professional of the sandbox', () => {
  it('is found by FHIR once created, is inactive once struck off, and is back when they are', async () => {
    const { nationalId } = await sandbox.createProfessional({ familyName: 'FHIRETTE', ecps: false });
    const id = await vi.waitFor(async () => {
      const { body } = await ask(`/Practitioner?identifier=${nationalId}`);
      expect(body.entry).toHaveLength(1);
      expect(body.entry?.[0]?.resource.name?.[0]?.family).toBe('FHIRETTE');
      return body.entry?.[0]?.resource.id;
    }, SOON);

    const becomes = async (status: string, active: boolean) => {
      await sandbox.call('PATCH', `/professionals/${nationalId}`, { status });
      await vi.waitFor(async () => {
        const { body } = await ask(`/Practitioner/${id}`);
        expect([body.active, body.name !== undefined]).toEqual([active, active]);
      }, SOON);
    };
    await becomes('inactive', false);
    await becomes('active', true);
  });

  it('is told to nobody without a key', async () => {
    expect((await ask('/Practitioner', 'other')).status).toBe(401);
    expect((await fetch(`${face}/metadata`)).status).toBe(200);
  });
});
