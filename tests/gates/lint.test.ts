import { describe, expect, it } from 'vitest';
import { plantTree } from './tree.ts';

const domain = 'services/auth-broker/src/domain/device.ts';
const useCase = 'services/auth-broker/src/use-cases/answer-challenge.ts';
const port = 'services/auth-broker/src/ports/devices.ts';
const adapter = 'services/auth-broker/src/adapters/devices.postgres.ts';
const route = 'services/auth-broker/src/http/login.routes.ts';
const command = 'services/auth-broker/src/commands/list-devices.ts';
const kernel = 'packages/kernel/src/luhn.ts';
const contracts = 'packages/contracts/src/notification.ts';

const manifest = { type: 'module', imports: { '#src/*': './src/*' } };

async function lint(files: Record<string, string>) {
  await using tree = await plantTree({
    'services/auth-broker/package.json': `${JSON.stringify(manifest, null, 2)}\n`,
    ...files,
  });
  return await tree.lint();
}

const imports = (from: string) => `import '${from}';\n`;

describe('the linter refuses', () => {
  it.each([
    ['domain', domain, 'fastify'],
    ['domain', domain, 'ioredis'],
    ['domain', domain, 'zod'],
    ['domain', domain, 'node:crypto'],
    ['domain', domain, '../adapters/devices.postgres.ts'],
    ['domain', domain, '#src/adapters/devices.postgres.ts'],
    ['domain', domain, '#src/use-cases/answer-challenge.ts'],
    ['domain', domain, '#src/config.ts'],
    ['a port', port, '#src/adapters/devices.postgres.ts'],
    ['a port', port, 'pg'],
    ['a use case', useCase, '#src/adapters/devices.postgres.ts'],
    ['a use case', useCase, '#src/http/login.routes.ts'],
    ['a use case', useCase, 'node:fs'],
    ['an adapter', adapter, '#src/http/login.routes.ts'],
    ['an adapter', adapter, '../compose.ts'],
    ['an adapter', adapter, 'fastify'],
    ['a route', route, '#src/adapters/devices.postgres.ts'],
    ['a route', route, 'ioredis'],
    ['a command', command, '#src/adapters/devices.postgres.ts'],
    ['a command', command, '@psc/datastores'],
    ['a service', adapter, '@psc/oidc-provider'],
    ['a service', route, '../../../oidc-provider/src/config.ts'],
    ['a service', 'services/auth-broker/src/compose.ts', '@psc/rpps-directory'],
    ['a test of a service', 'services/auth-broker/src/http/login.test.ts', '@psc/rpps-directory'],
    ['the kernel', kernel, 'zod'],
    ['the nomenclatures', 'packages/nomenclatures/src/table.ts', 'zod'],
    ['the contracts', contracts, '@psc/datastores'],
    ['a package', 'packages/runtime/src/logger.ts', '@psc/auth-broker'],
  ])('%s that imports something forbidden: %s ← %s', async (_who, path, from) => {
    const verdict = await lint({ [path]: imports(from) });
    expect(verdict.passes).toBe(false);
    expect(verdict.says).toContain('noRestrictedImports');
  });

  it('an unused import', async () => {
    const verdict = await lint({ [domain]: "import { isRpps } from '@psc/kernel';\n" });
    expect(verdict.passes).toBe(false);
    expect(verdict.says).toContain('noUnusedImports');
  });

  it('two files that import each other', async () => {
    const verdict = await lint({
      [domain]: "import { b } from './pin.ts';\n\nexport const a = () => b;\n",
      'services/auth-broker/src/domain/pin.ts':
        "import { a } from './device.ts';\n\nexport const b = () => a;\n",
    });
    expect(verdict.passes).toBe(false);
    expect(verdict.says).toContain('noImportCycles');
  });

  it('two files that import each other through #src', async () => {
    const verdict = await lint({
      [domain]: "import { b } from '#src/domain/pin.ts';\n\nexport const a = () => b;\n",
      'services/auth-broker/src/domain/pin.ts':
        "import { a } from '#src/domain/device.ts';\n\nexport const b = () => a;\n",
    });
    expect(verdict.passes).toBe(false);
    expect(verdict.says).toContain('noImportCycles');
  });

  it.each([
    ['any', 'export const a: any = 1;\n', 'noExplicitAny'],
    ['an enum, which Node cannot run', 'export enum A {\n  B = 1,\n}\n', 'noEnum'],
    ['a non-null assertion', 'export const f = (a?: string) => a!.length;\n', 'noNonNullAssertion'],
    ['a file that is not formatted', 'export   const a = 1\n', 'format'],
  ])('%s', async (_what, text, rule) => {
    const verdict = await lint({ [domain]: text });
    expect(verdict.passes).toBe(false);
    expect(verdict.says).toContain(rule);
  });
});

it('the linter accepts the imports that go inwards', async () => {
  const verdict = await lint({
    [domain]: imports('@psc/kernel') + imports('@psc/nomenclatures'),
    [port]: imports('#src/domain/device.ts'),
    [useCase]: imports('#src/ports/devices.ts') + imports('@psc/contracts'),
    [adapter]: imports('ioredis') + imports('#src/ports/devices.ts'),
    [route]: imports('#src/use-cases/answer-challenge.ts') + imports('fastify'),
    'services/auth-broker/src/domain/device.test.ts': imports('vitest'),
  });
  expect(verdict, verdict.says).toMatchObject({ passes: true });
});
