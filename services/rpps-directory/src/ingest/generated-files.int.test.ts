import { tmpdir } from 'node:os';
import { Readable } from 'node:stream';
import { type ExtractOptions, extractFormats, extractKinds, generateExtract } from '@psc/extracts';
import { describe, expect, it } from 'vitest';
import { addWarnings, type Warning } from '#src/domain/row-problems.ts';
import type { DescribedRun } from '#src/ports/extract.ts';
import { createExtracts } from './open-source.ts';

const PEOPLE = 3_000;

/** What is read of a generated file that is piped in. */
async function read(options: Omit<ExtractOptions, 'seed' | 'people'>) {
  const stdin = Readable.from(generateExtract({ seed: 1, people: PEOPLE, ...options }));
  const opened = await createExtracts({ stdin, temporaryFolder: tmpdir() }).open('-');
  if (!opened.ok) return { refusal: opened.refusal };
  const [extract] = opened.value.extracts;
  const described: DescribedRun[] = [];
  const rejected: string[] = [];
  let warnings: readonly Warning[] = [];
  for await (const batch of extract?.read() ?? []) {
    if (!batch.ok) return { refusal: batch.refusal };
    described.push(...batch.value.described);
    rejected.push(...batch.value.rejected.map(({ reason }) => reason));
    warnings = addWarnings(warnings, batch.value.warnings);
  }
  await opened.value.close();
  return { kind: extract?.kind, described, rejected, warnings: warnings.map(({ reason }) => reason) };
}

const shapes = extractKinds.flatMap((kind) =>
  extractFormats[kind].shapes.map((columns) => [columns.length, kind] as const),
);

describe('the files of a generated register', () => {
  it.each(shapes)('of %i columns, of kind %s, are read to the last row', async (columns, kind) => {
    const { described = [], rejected, warnings, ...rest } = await read({ kind, columns });
    expect(rest).toEqual({ kind: kind.replaceAll('-', '_') });
    expect(described.length).toBeGreaterThan(kind === 'adeli-rpps' ? 10 : 500);
    expect(rejected).toEqual([]);
    // Some RPPS numbers have a wrong key, as in the real register.
    expect([[], ['rpps_key']]).toContainEqual(warnings);
    expect(new Set(described.map(({ subject }) => subject)).size).toBe(described.length);
  });

  it.each(extractKinds)('of kind %s say the same with or without what is tolerated', async (kind) => {
    const plain = await read({ kind });
    expect(await read({ kind, defects: ['crlf'] })).toEqual(plain);
    // There is no such mark in ISO-8859-1.
    if (extractFormats[kind].encoding === 'utf8')
      expect(await read({ kind, defects: ['bom'] })).toEqual(plain);
    expect(await read({ kind, trailingSeparator: !extractFormats[kind].trailingSeparator })).toEqual(plain);
  });

  it('show as many other people the next day as it is said', async () => {
    const [before, after] = await Promise.all(
      [1, 2].map(async (day) => {
        const { described = [] } = await read({
          kind: 'personne-activite',
          day,
          churn: { changed: 0.01, left: 0, arrived: 0 },
        });
        return new Map(described.map(({ subject, digest }) => [subject, digest]));
      }),
    );
    const changed = [...(after ?? [])].filter(([subject, digest]) => before?.get(subject) !== digest);
    expect(changed.length).toBeGreaterThan(PEOPLE * 0.005);
    expect(changed.length).toBeLessThan(PEOPLE * 0.015);
  });

  it.each(['personne-activite', 'pro-sante-connect'] as const)(
    'of kind %s that are bad are refused, or their bad rows set aside',
    async (kind) => {
      expect(await read({ kind, defects: ['html'] })).toEqual({ refusal: 'file_is_a_web_page' });
      expect(await read({ kind, defects: ['header'] })).toEqual({ refusal: 'header_unknown' });
      expect(await read({ kind, defects: ['truncated'] })).toEqual({ refusal: 'file_truncated' });
      const { described, rejected } = await read({ kind, defects: ['rows'] });
      expect(described?.length).toBeGreaterThan(PEOPLE * 0.9);
      const reasons = ['column_count', 'national_id_malformed', 'value_too_long'];
      expect(rejected?.length).toBeGreaterThan(0);
      expect(reasons).toEqual(expect.arrayContaining(rejected ?? []));
    },
  );
});
