import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { plans, type Verdict } from '../conformance/oidc/plans.ts';
import { checklist } from '../conformance/psc/checklist.ts';

const tests = fileURLToPath(new URL('../conformance/', import.meta.url));

/** The tables of docs/reference that say what is proven: printed from the tests. `vitest run -u` writes them again. */
describe('docs/reference/conformance.md', async () => {
  const found = await modulesTested('oidc');
  const planned = plans.flatMap(({ modules }) => modules);

  it('has a test for each module, or says why there is none', () => {
    const without = planned.filter(([module, verdict]) => applies(verdict) && !found.has(module));
    expect(without).toEqual([]);
  });

  it('leaves no test of a module out, and lists none twice', () => {
    const listed = planned.map(([module]) => module);
    expect([...found.keys()].filter((module) => !listed.includes(module))).toEqual([]);
    expect(listed).toEqual([...new Set(listed)]);
  });

  it('says so', async () => {
    const text = [
      '# Conformance, module by module',
      '',
      'The plans of the OpenID Foundation’s conformance suite that fit this provider. The suite itself is not run here: each',
      'module has a test of its name in `tests/conformance/oidc`, which does what the module does and asks what it asks, with',
      '`oauth4webapi`, or with bare HTTP where a library would not send such a thing.',
      'Printed by `tests/gates/conformance-tables.test.ts`, which fails when a module has neither a test nor a reason:',
      '`vitest run -u` writes it again.',
      '',
      'A result is in the words of the suite: *passed*; *warning* and *skipped* do not stand in the way of a certification.',
      '*differs*: the suite would fail, because Pro Santé Connect wants something else; the test proves what is done instead.',
      'Its check that every address is https holds in production; a sandbox on this machine is http.',
    ];
    for (const { names, about, modules } of plans) {
      text.push(
        '',
        `## ${names.join(', ')}`,
        '',
        about,
        '',
        '| Module | Test | Result |',
        '| --- | --- | --- |',
      );
      for (const [module, verdict] of modules)
        text.push(`| \`${module}\` | ${link(found.get(module))} | ${inWords(verdict)} |`);
    }
    await expect(`${text.join('\n')}\n`).toMatchFileSnapshot('../../docs/reference/conformance.md');
  });
});

describe('docs/reference/psc-checklist.md', async () => {
  const source = await readFile(join(tests, 'psc/checklist.test.ts'), 'utf8');
  const titles = [...source.matchAll(/'(?<number>\d+)\. (?<title>[^']+)'/g)];

  it('has a test for each of its lines, and a line for each test', () => {
    const numbers = titles.map(({ groups }) => Number(groups?.number));
    expect(numbers).toEqual(checklist.map((_line, index) => index + 1));
  });

  it('says so', async () => {
    const text = [
      '# What matters most to clients of Pro Santé Connect',
      '',
      'What an application written for Pro Santé Connect relies on, and the test that proves it here, in',
      '[`checklist.test.ts`](../../tests/conformance/psc/checklist.test.ts). The clients themselves are played beside it, one',
      'file each. Every line is run by `npm test`, which fails when one does not hold. Printed by',
      '`tests/gates/conformance-tables.test.ts`: `vitest run -u` writes it again.',
      '',
      '*documented*: Pro Santé Connect says so. *observed*: seen in its answers, or in public clients that rely on it.',
      '*our choice*: where it is silent or contradicts itself.',
      '',
      '| | What | Whence | Test |',
      '| --- | --- | --- | --- |',
    ];
    for (const [index, { what, whence }] of checklist.entries())
      text.push(`| ${index + 1} | ${what} | ${whence} | ${titles[index]?.groups?.title ?? ''} |`);
    await expect(`${text.join('\n')}\n`).toMatchFileSnapshot('../../docs/reference/psc-checklist.md');
  });
});

/** The modules that have a test of their name, and its file. */
async function modulesTested(folder: string): Promise<Map<string, string>> {
  const names = plans.flatMap((plan) => plan.names);
  const found = new Map<string, string>();
  for (const file of await readdir(join(tests, folder), { recursive: true })) {
    if (!file.endsWith('.test.ts')) continue;
    const source = await readFile(join(tests, folder, file), 'utf8');
    for (const [, module = ''] of source.matchAll(/'((?:oidcc|fapi-ciba)-[\w-]+)(?:'|: )/g))
      if (!names.includes(module)) found.set(module, `${folder}/${file}`);
  }
  return found;
}

function applies(verdict: Verdict): boolean {
  return verdict === 'passed' || verdict['not applicable'] === undefined;
}

function inWords(verdict: Verdict): string {
  if (verdict === 'passed') return verdict;
  return Object.entries(verdict)
    .map(([result, why]) => `${result}: ${why}`)
    .join('');
}

function link(file: string | undefined): string {
  return file === undefined ? '–' : `[\`${file}\`](../../tests/conformance/${file})`;
}
