import { type Refused, refused } from '@psc/kernel';

/** Why a whole import is refused. The register is then as it was. */
const importRefusals = [
  'file_unreadable',
  'file_empty',
  'file_is_a_web_page',
  'file_is_an_archive',
  'file_too_large',
  // Not what it was when the import that goes on began.
  'file_is_another',
  'header_unknown',
  'header_repeated',
  'file_truncated',
  'zip_damaged',
  'zip_encrypted',
  'zip_too_large',
  // No entry of the zip is an extract, or two are of the same kind.
  'zip_unexpected',
  // The address is not https, or the server's certificate is not signed by the authority that is trusted.
  'download_untrusted',
  // The server does not have the file, or answered something else than it.
  'download_not_found',
  'download_refused',
  // To an address that is not https, or to a host that was not allowed.
  'download_redirected',
  'download_unreachable',
  'download_interrupted',
  'import_running',
  'nobody_in_file',
  'too_many_lost',
  'too_many_changed',
] as const;
export type ImportRefusalCode = (typeof importRefusals)[number];

/** A refusal and its one sentence for the operator. It never quotes the file: that may be personal data. */
export interface ImportRefused extends Refused<ImportRefusalCode> {
  readonly sentence: string;
}

export function refuseImport(code: ImportRefusalCode, sentence: string): ImportRefused {
  return { ...refused(code), sentence };
}

export const importRunning = refuseImport(
  'import_running',
  'another import is running: wait for its end, then start again',
);

export const nobodyInFile = refuseImport('nobody_in_file', 'the file holds no valid row');

/** Of the people that the last file of this kind described, the share that may vanish, or change, at once. */
const LARGEST_SHARE = 0.05;

/**
 * Undefined when the differences are those of an ordinary day. Greater ones are a broken file until an operator says why they
 * are not; who is new changes nobody.
 */
export function checkDifferences(differences: {
  readonly known: number;
  readonly lost: number;
  readonly changed: number;
}): ImportRefused | undefined {
  const { known, lost, changed } = differences;
  const advice = '(more than 5 %): check the file, or give the reason with --force "<reason>"';
  const people = `of the ${known} people of the last import of this kind`;
  if (lost > known * LARGEST_SHARE)
    return refuseImport('too_many_lost', `${lost} ${people} would leave the register ${advice}`);
  if (changed > known * LARGEST_SHARE)
    return refuseImport('too_many_changed', `${changed} ${people} would change ${advice}`);
  return undefined;
}
