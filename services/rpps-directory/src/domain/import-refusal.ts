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

/** Of the people that the last file of this kind described, the share that may vanish at once. */
const LARGEST_LOSS = 0.05;

/** Undefined when the loss is an ordinary one. A greater one is a broken file until an operator says why it is not. */
export function checkLoss(known: number, lost: number): ImportRefused | undefined {
  if (lost <= known * LARGEST_LOSS) return undefined;
  return refuseImport(
    'too_many_lost',
    `${lost} of the ${known} people of the last import of this kind would leave the register (more than 5 %): ` +
      'check the file, or give the reason with --force "<reason>"',
  );
}

/** What an import did, in people except for `rows` and `rejected`. */
export interface ImportCounts {
  readonly rows: number;
  readonly rejected: number;
  readonly people: number;
  readonly created: number;
  readonly changed: number;
  /** Were there, and are not any more. */
  readonly lost: number;
  /** Were inactive, and are back. */
  readonly returned: number;
}
