import { type ChildProcess, execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createSeal } from '@psc/datastores';
import { systemClock } from '@psc/kernel';
import { exitCodeOf } from '@psc/runtime';
import { openTestDatabase } from '@psc/testing/database';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createPostgresApplications } from '#src/adapters/applications.postgres.ts';
import { createClientsCommand } from '#src/commands/clients-command.ts';
import { digestOfToken, inventSecret } from '#src/registration.ts';
import { sealKeys } from '#src/testing/keys.ts';

let database: Awaited<ReturnType<typeof openTestDatabase>>;
let folder: string;
const SEAL_KEYS = sealKeys();

beforeAll(async () => {
  database = await openTestDatabase(new URL('../migrations/', import.meta.url));
  folder = await mkdtemp(join(tmpdir(), 'psc-clients-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await database?.close();
});

interface Ran {
  readonly code: number;
  readonly output: string;
}

/** Runs a command of the service as an operator does. */
function run(
  command: string,
  args: readonly string[] = [],
  { env = {}, input = '' }: { env?: Readonly<Record<string, string>>; input?: string } = {},
): Promise<Ran> {
  const program = fileURLToPath(new URL(`./${command}.ts`, import.meta.url));
  const environment = { DATABASE_URL: database.url, SEAL_KEYS, PSC_OPERATOR: 'camille', ...env };
  return new Promise((resolve) => {
    const child: ChildProcess = execFile(
      process.execPath,
      [program, ...args],
      { env: environment, timeout: 20_000 },
      (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr });
      },
    );
    child.stdin?.end(input);
  });
}
/** The same without a process for each: what it prints and how it ends. */
async function clients(...args: readonly string[]): Promise<Ran> {
  return clientsWhere({}, ...args);
}
async function clientsWhere(
  where: { readonly testApplications?: 'accept'; readonly env?: Readonly<Record<string, string>> },
  ...args: readonly string[]
): Promise<Ran> {
  let output = '';
  const print = (line: string) => {
    output += `${line}\n`;
  };
  const command = createClientsCommand({
    applications: applications(),
    inventSecret,
    digestOfToken,
    clock: systemClock,
    sources: { env: where.env ?? {}, stdin: process.stdin },
    operator: 'camille',
    testApplications: where.testApplications ?? 'refuse',
    print,
  });
  const code = await exitCodeOf(() => command(args), print, 'clients');
  return { code, output };
}
const applications = () => createPostgresApplications(database.postgres, createSeal(SEAL_KEYS));

async function file(content: unknown, name = 'clients.yaml'): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}
const apply = async (content: unknown, ...args: readonly string[]) =>
  clients('apply', '-f', await file(content), ...args);

const find = (clientId: string) => applications().find(clientId);

const dossier = {
  client_id: 'dossier',
  client_name: 'Dossier',
  redirect_uris: ['https://dossier.example/callback'],
};

it('migrate makes the signing keys, once', async () => {
  expect((await run('migrate')).output.match(/signing key made: [\w-]{43}/g)).toHaveLength(2);
  expect(await run('migrate')).toEqual({ code: 0, output: 'oidc_provider: nothing to migrate\n' });
});

describe('psc clients apply', () => {
  beforeEach(() => database.postgres.query('TRUNCATE applications'));

  it('prints what changed, and that nothing did', async () => {
    const created = await apply({ applications: [dossier] });
    expect(created.output).toMatch(
      /^dossier: created, approved\n {2}client_secret, shown only now: [\w-]{43}\n$/,
    );
    expect(await apply({ applications: [dossier] })).toEqual({ code: 0, output: 'nothing to change\n' });
    const redirects = ['https://dossier.example/autre'];
    const changed = await apply({
      applications: [{ ...dossier, redirect_uris: redirects, psc: { acr: 'eidas2' } }],
    });
    expect(changed.output.split('\n')).toEqual([
      'dossier: changed',
      '  redirect_uris: - https://dossier.example/callback',
      '  redirect_uris: + https://dossier.example/autre',
      '  psc.acr: eidas1 → eidas2',
      '',
    ]);
  });

  it('reads YAML, whose numbers need no quotes, from a file or from what is piped in', async () => {
    const yaml = `
applications:
  - client_id: dossier
    client_name: Dossier # as the professional reads it
    redirect_uris: [https://dossier.example/callback]
    psc:
      claims: 2023
      organisation: { name: Cabinet, finess: 010000073, siret: 35600000000048 }
`;
    expect(await apply(yaml)).toMatchObject({ code: 0 });
    expect((await find('dossier'))?.declaration.psc).toMatchObject({
      claims: '2023',
      organisation: { finess: '010000073', siret: '35600000000048' },
    });
    const piped = await run('clients', ['apply', '-f', '-'], { input: yaml });
    expect(piped).toEqual({ code: 0, output: 'nothing to change\n' });
  });

  it('only says what would change in a dry run, with an exit code of its own when asked', async () => {
    const dry = ['--dry-run', '--exit-code'];
    expect(await apply({ applications: [dossier] }, '--dry-run')).toEqual({
      code: 0,
      output: 'dossier: would be created, approved\n',
    });
    expect((await apply({ applications: [dossier] }, ...dry)).code).toBe(3);
    expect(await find('dossier')).toBeUndefined();
    await apply({ applications: [dossier] });
    expect(await apply({ applications: [dossier] }, ...dry)).toEqual({
      code: 0,
      output: 'nothing to change\n',
    });
  });

  it('puts in secrets of the environment or of a file beside it, and never prints one', async () => {
    await writeFile(join(folder, 'agenda.secret'), 'the-secret-of-agenda\n');
    const content = {
      applications: [
        { ...dossier, client_secret_env: 'DOSSIER_SECRET' },
        { ...dossier, client_id: 'agenda', client_secret_file: 'agenda.secret' },
      ],
    };
    const env = { DOSSIER_SECRET: 'the-secret-of-dossier' };
    const applied = await clientsWhere({ env }, 'apply', '-f', await file(content));
    expect(applied).toEqual({ code: 0, output: 'dossier: created, approved\nagenda: created, approved\n' });
    expect((await find('dossier'))?.secret).toBe('the-secret-of-dossier');
    expect((await find('agenda'))?.secret).toBe('the-secret-of-agenda');

    const rotated = { env: { DOSSIER_SECRET: 'another-secret-of-dossier' } };
    const changed = await clientsWhere(rotated, 'apply', '-f', await file(content));
    expect(changed.output).toBe('dossier: changed\n  client_secret: changed\n');
    const absent = await apply({ applications: [{ ...dossier, client_secret_env: 'NOBODY_SAID' }] });
    expect(absent.code).toBe(1);
    expect(absent.output).toContain('NOBODY_SAID is not set');
  });

  it('applies nothing of a file that is wrong somewhere, and says where', async () => {
    await apply({ applications: [dossier] });
    const wrong = await apply({ applications: [{ ...dossier, client_name: 'Autre' }, { client_id: 'x' }] });
    expect(wrong.code).toBe(1);
    expect(wrong.output).toContain('applications[1].client_name');
    const twice = await apply({ applications: [{ ...dossier, client_name: 'Autre' }, dossier] });
    expect(twice.output).toContain('is declared twice');
    expect((await find('dossier'))?.declaration.client_name).toBe('Dossier');
  });

  it('of two files at once is done one after the other', async () => {
    const names = ['A', 'B', 'C', 'D'];
    const applied = await Promise.all(
      names.map(async (name) =>
        clients(
          'apply',
          '-f',
          await file({ applications: [{ ...dossier, client_name: name }] }, `${name}.yaml`),
        ),
      ),
    );
    expect(applied.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(applied.filter(({ output }) => output.includes('created'))).toHaveLength(1);
    expect(names).toContain((await find('dossier'))?.declaration.client_name);
  });

  it('applies the example of docs/reference/applications.md, which has every setting', async () => {
    const document = new URL('../../../docs/reference/applications.md', import.meta.url);
    const text = await readFile(document, 'utf8');
    const [, example = ''] = /```yaml\n(.*?)```/s.exec(text) ?? [];
    const env = { DOSSIER_PATIENT_SECRET: 'the-secret-of-the-example' };
    const path = await file(example);
    expect(await clientsWhere({ env }, 'apply', '-f', path, '--dry-run')).toEqual({
      code: 0,
      output: ['dossier-patient', 'proxy-ciba', 'messagerie', 'poste-de-dev']
        .map((clientId) => `${clientId}: would be created, approved\n`)
        .join(''),
    });
    expect((await clientsWhere({ env }, 'apply', '-f', path)).code).toBe(0);
    expect((await clientsWhere({ env }, 'apply', '-f', path)).output).toBe('nothing to change\n');

    const settings = [...text.matchAll(/^\| `([\w.]+)` \|/gm)].map(([, name = '']) => name.split('.').at(-1));
    expect(settings.length).toBeGreaterThan(30);
    const missing = settings.filter((name) => !new RegExp(`\\b${name}(_env)?:`).test(example));
    expect(missing).toEqual([]);
  });

  it('suspends what is not declared when it is told to prune', async () => {
    await apply({ applications: [dossier, { ...dossier, client_id: 'agenda' }] });
    const pruned = await apply({ applications: [dossier] }, '--prune', '--reason', 'not in the file');
    expect(pruned.output).toBe('agenda: changed\n  status: approved → suspended\n');
    expect((await find('agenda'))?.status).toBe('suspended');
  });

  it('says in one sentence that the file is not there, is not YAML, or is not named', async () => {
    expect(await clients('apply', '-f', join(folder, 'nowhere.yaml'))).toEqual({
      code: 1,
      output: `${join(folder, 'nowhere.yaml')} cannot be read\n`,
    });
    const broken = await apply('client_secret: a-secret-of-the-tests\nclient_secret: {');
    expect(broken.code).toBe(1);
    expect(broken.output).toContain('is neither YAML nor JSON');
    expect(broken.output).not.toContain('a-secret-of-the-tests');
    expect(await clients('apply')).toMatchObject({ code: 2 });
  });
});

describe('psc clients', () => {
  beforeEach(() => database.postgres.query('TRUNCATE applications'));
  const add = (...more: readonly string[]) =>
    clients(
      ...[
        'add',
        '--id',
        'dossier',
        '--name',
        'Dossier',
        '--redirect-uri',
        'https://dossier.example/callback',
      ],
      ...more,
    );

  it('adds an application from options or from a file, with a secret that is shown once', async () => {
    const added = await add(
      '--contact',
      'it@dossier.example',
      '--acr',
      'eidas2',
      '--organisation',
      'Cabinet',
    );
    const [, secret = ''] = /shown only now: ([\w-]{43})/.exec(added.output) ?? [];
    expect(await find('dossier')).toMatchObject({
      status: 'approved',
      secret,
      declaration: {
        contacts: ['it@dossier.example'],
        psc: { acr: 'eidas2', organisation: { name: 'Cabinet' } },
      },
    });
    for (const args of [['show', 'dossier'], ['show', 'dossier', '--json'], ['list'], ['list', '--json']])
      expect((await clients(...args)).output).not.toContain(secret);
    expect(await add()).toEqual({
      code: 1,
      output: 'there is an application dossier already: psc clients apply changes it\n',
    });
    const declared = await file({ ...dossier, client_id: 'agenda' }, 'agenda.yaml');
    expect((await clients('request', declared)).output).toContain('agenda: created, requested');
  });

  it('takes an application through its life, with who, when and why', async () => {
    await clients('request', await file({ ...dossier, client_id: 'vie' }));
    expect(await clients('suspend', 'vie', '--reason', 'x')).toMatchObject({ code: 1 });
    expect((await clients('approve', 'vie')).output).toBe('vie: requested → approved\n');
    expect((await clients('suspend', 'vie')).code).toBe(2);
    const reason = ['--reason', 'secret published', '--by', 'dominique'];
    expect((await clients('suspend', 'vie', ...reason)).output).toBe('vie: approved → suspended\n');
    expect((await clients('approve', 'vie')).output).toBe('vie: suspended → approved\n');
    expect(await clients('approve', 'vie')).toEqual({ code: 1, output: 'vie is approved already\n' });

    const shown = JSON.parse((await clients('show', 'vie', '--json')).output);
    expect(shown).toMatchObject({ status: 'approved', works: true });
    const life = shown.history.map((entry: { operator: string; to: string; reason: string }) =>
      [entry.operator, entry.to, entry.reason].join(' '),
    );
    expect(life).toEqual([
      'camille requested ',
      'camille approved ',
      'dominique suspended secret published',
      'camille approved ',
    ]);
  });

  it('lists applications in a table or as JSON, and says which work here', async () => {
    await add();
    const test = { ...dossier, client_id: 'essai', psc: { environment: 'test', kind: 'intermediary' } };
    await clients('add', await file(test));
    const lines = (await clients('list')).output.split('\n');
    expect(lines[0]).toMatch(/^CLIENT ID {2}STATUS {4}WORKS {2}ENVIRONMENT {2}KIND {10}CHANGED +NAME/);
    expect(lines[1]).toMatch(/^dossier {4}approved {2}yes {4}production {3}application {3}/);
    expect(lines[2]).toMatch(/^essai {6}approved {2}no {5}test {9}intermediary {2}/);
    const accept = { testApplications: 'accept' } as const;
    const accepting = await clientsWhere(accept, 'list', '--json', '--kind', 'intermediary');
    expect(JSON.parse(accepting.output)).toMatchObject([{ clientId: 'essai', works: true }]);
    expect((await clients('list', '--status', 'suspended')).output).toBe('no application\n');
  });

  it('shows an application as a file would declare it', async () => {
    await add('--claims', '2023');
    const { output } = await clients('show', 'dossier');
    expect(output).toContain('client_id: dossier\n');
    expect(output).toContain('claims: "2023"\n');
    expect(output).toMatch(/status: approved\nsecret: one since \d{4}-/);
    expect(output).toMatch(/camille +created/);
  });

  it('rotates a secret, with a grace or without', async () => {
    await add();
    const former = (await find('dossier'))?.secret;
    const graceful = await clients('rotate-secret', 'dossier', '--grace', '24h');
    expect(graceful.output).toMatch(/the former one works until \d{4}-/);
    expect((await find('dossier'))?.formerSecret?.value).toBe(former);
    const atOnce = await clients('rotate-secret', 'dossier', '--json');
    const found = await find('dossier');
    expect(JSON.parse(atOnce.output)).toEqual({ clientId: 'dossier', client_secret: found?.secret });
    expect(found?.formerSecret).toBeUndefined();
  });

  it('forgets a request, and nothing that worked', async () => {
    await clients('request', await file(dossier));
    expect(await clients('remove', 'dossier')).toEqual({ code: 0, output: 'dossier: removed\n' });
    expect(await find('dossier')).toBeUndefined();
    await add();
    expect((await clients('remove', 'dossier')).code).toBe(1);
    expect((await find('dossier'))?.status).toBe('approved');
  });

  it('gives out a registration token once, and ends it', async () => {
    const made = await clients('registration-token', 'editeur', '--applications', '3', '--expires', '2d');
    const [, token = ''] = /shown only now: ([\w-]{43})/.exec(made.output) ?? [];
    expect(token).not.toBe('');
    expect(await clients('registration-token', 'editeur')).toEqual({
      code: 1,
      output: 'there is a registration token editeur already\n',
    });
    const listed = await clients('registration-tokens');
    expect(listed.output).toMatch(/^editeur {2}0 of 3 {2}\d{4}-.* {2}camille$/m);
    expect(listed.output + (await clients('registration-tokens', '--json')).output).not.toContain(token);
    expect((await clients('revoke-registration-token', 'editeur')).code).toBe(0);
    expect((await clients('registration-tokens')).output).toBe('no registration token\n');
    expect((await clients('revoke-registration-token', 'editeur')).code).toBe(1);
  });

  it.each([
    [['frobnicate'], 'there is no "psc clients frobnicate" (psc clients --help)'],
    [['show'], 'something is missing (psc clients --help)'],
    [['show', 'a', 'b'], 'too much: b (psc clients --help)'],
    [['list', '--frobnicate'], "Unknown option '--frobnicate' (psc clients --help)"],
    [['list', '--status', 'dead'], '--status is one of: requested, approved, suspended (psc clients --help)'],
    [
      ['rotate-secret', 'x', '--grace', 'soon'],
      'a duration is written 90s, 30m, 24h or 7d, 90d at most (psc clients --help)',
    ],
  ])('does not understand %j, and says so in one sentence', async (args, sentence) => {
    expect(await clients(...args)).toEqual({ code: 2, output: `${sentence}\n` });
  });

  it('says what is missing when it is not configured, and that the database is not there', async () => {
    const unset = await run('clients', ['list'], { env: { DATABASE_URL: '' } });
    expect(unset).toEqual({ code: 1, output: 'configuration refused:\n  - DATABASE_URL: is missing\n' });
    const nowhere = await run('clients', ['list'], {
      env: { DATABASE_URL: 'postgres://psc@127.0.0.1:9/psc' },
    });
    expect(nowhere).toEqual({ code: 1, output: 'PostgreSQL did not answer\n' });
    expect((await run('clients', ['--help'], { env: { DATABASE_URL: '' } })).code).toBe(0);
  });
});

describe('psc keys', () => {
  const keys = (args: readonly string[], env?: Readonly<Record<string, string>>) =>
    run('keys', args, env ? { env } : {});

  it('says what it can do, and what it does not understand', async () => {
    expect(await keys([])).toEqual({ code: 0, output: expect.stringContaining('rotate [--alg') });
    expect(await keys(['burn'])).toEqual({
      code: 2,
      output: 'there is no "psc keys burn" (psc keys --help)\n',
    });
  });

  it('does what is due once, whoever does it at the same moment', async () => {
    await run('migrate');
    const ran = await Promise.all([keys(['advance']), keys(['advance']), keys(['advance'])]);
    expect(ran.filter(({ output }) => output !== 'nothing is due\n')).toHaveLength(1);
    expect((await keys(['list'])).output.match(/ next /g)).toHaveLength(2);
    expect((await keys(['history'])).output).toMatch(/camille +(RS|ES)256 +[\w-]{43} +next/);
    // Six processes, which take their time on a machine that does something else.
  }, 60_000);

  it('refuses times with which applications would meet signatures they cannot verify', async () => {
    expect(await keys(['advance'], { SIGNING_KEY_PUBLISHED_SECONDS: '60' })).toMatchObject({
      code: 1,
      output: expect.stringContaining('SIGNING_KEY_PUBLISHED_SECONDS: must be'),
    });
  });
});
