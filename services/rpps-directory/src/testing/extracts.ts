import { createHash } from 'node:crypto';
import { accepted, type NationalId, parseNationalId } from '@psc/kernel';
import type { ImportRefused } from '#src/domain/import-refusal.ts';
import type { RejectedRow, Warning } from '#src/domain/row-problems.ts';
import type { FileKind, StoredRow } from '#src/domain/stored-rows.ts';
import type { DescribedRun, Mark, OpenedExtract } from '#src/ports/extract.ts';
import { stored } from './described.ts';

export function nationalId(text: string): NationalId {
  const parsed = parseNationalId(text);
  if (!parsed.ok) throw new TypeError(`${text} is not a national identifier`);
  return parsed.value;
}

/** Fictitious people. */
export const lambda = nationalId('899700000013');
export const martin = nationalId('899700000021');
export const adeli = nationalId('0759999998');

type Practice = Partial<StoredRow<'personne_activite'>>;

export const practice = (change: Practice = {}): Practice => ({
  codeCivilite: 'MME',
  codeProfession: '10',
  codeCategorieProfessionnelle: 'C',
  nomDexercice: 'LAMBDA',
  prenomDexercice: 'CAMILLE',
  codeModeExercice: 'L',
  raisonSocialeSite: 'CABINET DR LAMBDA',
  ...change,
});

/** Somebody of other names than everybody else here. */
export const luc = practice({ nomDexercice: 'OMICRON', prenomDexercice: 'LUC' });

/** A line of the table of ADELI numbers. */
export const line = (former: string, rpps: string): DescribedRun => ({
  ...run(rpps, { otherIds: [former] }),
  rows: '',
});

/** What a file of one of the two kinds on practice says of somebody, in consecutive rows. */
export function run(
  subject: string = lambda,
  said: {
    readonly rows?: readonly Practice[];
    readonly otherIds?: readonly string[];
    readonly phone?: string;
    readonly mail?: string;
  } = {},
): DescribedRun {
  const { otherIds = [], phone = '', mail = '' } = said;
  const rows = stored('personne_activite', ...(said.rows ?? [practice()]));
  const contact = phone === '' && mail === '' ? undefined : { phone, mail };
  const count = rows.split('\n').length;
  return { line: 2, subject, digest: digestOf(rows.split('\n'), otherIds), count, rows, otherIds, contact };
}

/** As `DescribedRun` says. */
export function digestOf(rows: readonly string[], otherIds: readonly string[]): bigint {
  const parts = new Set([...rows, ...otherIds.map((identifier) => `\n${identifier}`)]);
  return [...parts]
    .map((part) => createHash('sha256').update(part).digest().readBigInt64BE())
    .reduce((sum, digest) => sum ^ digest, 0n);
}

/** A file, whose batches have two items each; `between` is called before each. */
export function extract(
  kind: FileKind,
  items: readonly (DescribedRun | RejectedRow)[],
  options: {
    readonly between?: (at: number) => Promise<void>;
    readonly warnings?: readonly Warning[];
    /** Told at the end. */
    readonly refused?: ImportRefused;
  } = {},
): OpenedExtract {
  const numbered = items.map((each, index) => ({ ...each, line: index + 2 }));
  const text = JSON.stringify(numbered, (_, value) => (typeof value === 'bigint' ? String(value) : value));
  const markAt = (end: number): Mark => ({
    bytes: end + 1,
    lines: end + 1,
    sha256: createHash('sha256')
      .update(end < items.length ? `${text.slice(0, 40)}${end}` : text)
      .digest('hex'),
  });
  return {
    kind,
    source: `${kind}.txt`,
    bytes: items.length + 1,
    async *read(from) {
      const start = (from?.bytes ?? 1) - 1;
      if (from && (start > items.length || markAt(start).sha256 !== from.sha256)) {
        yield { ok: false, refusal: 'file_is_another', sentence: 'another file' };
        return;
      }
      for (let at = start; at < items.length || at === start; at += 2) {
        await options.between?.(at);
        const some = numbered.slice(at, at + 2);
        const end = Math.min(at + 2, items.length);
        yield accepted({
          described: some.filter((each) => 'digest' in each),
          rejected: some.filter((each) => 'reason' in each),
          warnings: at === 0 ? (options.warnings ?? []) : [],
          mark: markAt(end),
        });
      }
      if (options.refused) yield options.refused;
    },
  };
}
