import { type Refused, refused } from '@psc/kernel';

/**
 * Why a whole import is refused, and what helps; the register is then as it was. docs/reference/register-files.md prints it.
 */
export const importRefusals = {
  file_unreadable: 'The file cannot be opened or read. Check its name, and who may read it.',
  file_empty: 'Nothing came. Fetch it again.',
  file_is_a_web_page:
    'A page of an error, or to log in, came instead of the file. Open the address in a browser.',
  file_too_large: 'More than 8 GiB: that is no extract.',
  file_changed: 'The file changed while it was read. Wait until it is whole.',
  file_is_another: 'The import that goes on began with another file. It starts over with this one.',
  header_unknown:
    'The first line is not the header of a known file, or lacks columns, has one twice, or one under another name. If the ANS changed it, `services/rpps-directory/src/ingest/file-columns.ts` must learn it.',
  header_repeated: 'The header comes again: two files were put together. Import each.',
  file_truncated: 'The last line was cut. Fetch it again.',
  zip_damaged: 'The archive, or a file in it, was cut or does not have its checksum. Fetch it again.',
  zip_encrypted: 'The archive is encrypted. Decrypt it first.',
  zip_too_large: 'The archive claims more than 64 files, or more than 8 GiB.',
  zip_unexpected:
    'No file in the archive has the name of an extract, two are of one kind, or one is of another kind than its name says.',
  download_untrusted:
    'The address is not https, or nobody that is trusted signed the certificate of the server. That of the ANS is signed by IGC-Santé: give its root with `--ca`.',
  download_not_found: 'The server has no file there. Check the address.',
  download_refused: 'The server answered something else than the file. Try again later.',
  download_redirected:
    'The server redirects to a host that was not allowed, away from https, or without end. If you trust that host: `--redirect-host`.',
  download_unreachable: 'The server cannot be reached. Try again later.',
  download_interrupted: 'Five tries in a row brought nothing more. Try again later.',
  import_running: 'Another import runs. Wait for its end.',
  nobody_in_file: 'The file has no valid row.',
  too_many_lost:
    'More than 5 % of the people of the last file of this kind would leave. Check the file, or `--force "<reason>"`.',
  too_many_changed: 'More than 5 % of them would change. Likewise.',
  too_many_unreadable: 'More than 5 % of them have bad rows alone, and would stay as they were. Likewise.',
  too_many_of_other_names:
    'More than 5 % of the rows declare an identifier of somebody of other names. Likewise; but forced, each of them leads to who declares it, with its phones.',
} as const;
export type ImportRefusalCode = keyof typeof importRefusals;

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

/** Of the people that the last file of this kind described, the share that may vanish, change, or be unreadable, at once. */
const LARGEST_SHARE = 0.05;

export function isTooMany(some: number, known: number): boolean {
  return some > known * LARGEST_SHARE;
}

/**
 * Undefined when the differences are those of an ordinary day. Greater ones are a broken file until an operator says why they
 * are not; who is new changes nobody.
 */
export function checkDifferences(differences: {
  readonly known: number;
  readonly lost: number;
  readonly changed: number;
  readonly unreadable: number;
}): ImportRefused | undefined {
  const { known, lost, changed, unreadable } = differences;
  const advice = '(more than 5 %): check the file, or give the reason with --force "<reason>"';
  const people = `of the ${known} people of the last import of this kind`;
  if (isTooMany(lost, known))
    return refuseImport('too_many_lost', `${lost} ${people} would leave the register ${advice}`);
  if (isTooMany(changed, known))
    return refuseImport('too_many_changed', `${changed} ${people} would change ${advice}`);
  if (isTooMany(unreadable, known))
    return refuseImport('too_many_unreadable', `${unreadable} ${people} have bad rows alone ${advice}`);
  return undefined;
}

/** A table whose columns or lines slipped would give many people the phones of strangers. */
export function checkClaims(claims: {
  readonly rows: number;
  readonly ofOtherNames: number;
}): ImportRefused | undefined {
  const { rows, ofOtherNames } = claims;
  if (!isTooMany(ofOtherNames, rows)) return undefined;
  return refuseImport(
    'too_many_of_other_names',
    `${ofOtherNames} of the ${rows} rows declare an identifier of somebody of other names (more than 5 %): check the file, or give the reason with --force "<reason>"`,
  );
}
