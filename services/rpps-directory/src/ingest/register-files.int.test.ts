import { expect, it } from 'vitest';
import { importRefusals } from '#src/domain/import-refusal.ts';
import { rejectReasons, warnings } from '#src/domain/row-problems.ts';
import { fileKinds } from '#src/domain/stored-rows.ts';
import { fileColumns, type OtherField } from './file-columns.ts';

const table = (headings: string, rows: readonly (readonly string[])[]) =>
  [
    `| ${headings} |`,
    `|${' --- |'.repeat(headings.split('|').length)}`,
    ...rows.map((cells) => `| ${cells.join(' | ')} |`),
  ].join('\n');
const code = (text: string) => `\`${text}\``;
const entries = (list: Readonly<Record<string, string>>) =>
  Object.entries(list).map(([name, meaning]) => [code(name), meaning]);

const names = {
  personne_activite: 'PS_LibreAcces_Personne_activite',
  pro_sante_connect: 'Extraction_ProSanteConnect_Personne_activite',
  savoir_faire: 'PS_LibreAcces_SavoirFaire',
  dipl_autexerc: 'PS_LibreAcces_Dipl_AutExerc',
  mssante: 'Extraction_Correspondance_MSSante',
  porteurs: 'Porteurs_CPS_CPF',
  adeli_rpps: 'Correspondance_ADELI_RPPS',
} as const;

const roles: Readonly<Record<OtherField, string>> = {
  nationalId: 'whom the row is about',
  identifierType: 'whom the row is about',
  identifier: 'whom the row is about',
  otherIdentifiers: 'other identifiers of the person',
  adeli: 'another identifier of the person',
  cardNationalId: 'another identifier of the person',
  phone: 'sealed',
  mail: 'sealed',
};

it('docs/reference/register-files.md says what is read, and what is refused', async () => {
  for (const kind of fileKinds) expect(`${names[kind]}_202601020843.txt`).toMatch(fileColumns[kind].fileName);
  const columns = fileKinds.map((kind) => {
    const rows = fileColumns[kind].columns
      .filter(({ field }) => field !== undefined)
      .map(({ headers, field, optional }) => [
        headers.join(' · '),
        field && field in roles ? roles[field as OtherField] : code(field ?? ''),
        optional ? 'in some layouts' : '',
      ]);
    return `### ${names[kind]}\n\nKind: ${code(kind)}.\n\n${table('Column | Kept as | ', rows)}`;
  });
  const text = `# The files of the register

What \`psc directory import\` reads, and how it answers what it cannot read.
Written by \`register-files.int.test.ts\` of rpps-directory, which fails when it is stale: \`vitest run -u\` writes it again.

## Where they come from

A path, \`-\` (standard input) or an https address; plain or in a zip, whose files are told apart by the beginning of their names.
A zip of one file may name it as it wants; other files beside extracts are left aside. What is piped in or downloaded is kept
in a private file without a name (in the folder that \`TMPDIR\` names) until the import ends. A download goes on where it was cut when the server proves that the
file is the same (\`ETag\`, \`Last-Modified\`), with at most five fruitless tries in a row and a minute of silence.

| | Address |
| --- | --- |
| The ANS, by its own authority: \`--ca <root of IGC-Santé>\` | \`https://service.annuaire.sante.fr/annuaire-sante-webservices/V300/services/extraction/\` and \`PS_LibreAcces\`, \`Extraction_Correspondance_MSSante\` or \`Porteurs_CPS_CPF\` |
| data.gouv.fr | \`https://www.data.gouv.fr/api/1/datasets/r/<resource>\` with \`--redirect-host static.data.gouv.fr\` |

## How they are read

As the ANS writes them (documented or seen in public files): \`|\` between values, no quoting, UTF-8, with or without a separator at
the end of the lines, all values as text. Our choice: a byte order mark, CRLF, ISO-8859-1 (read as windows-1252) and spaces
around values are tolerated; \`;\` separates where no \`|\` is in the header; case and the shape of apostrophes do not count in a
header, the order of the columns neither. A column that is not listed is left aside on top of the newest layout (and anywhere in the file of
cards, which is not documented whole), and refused otherwise, since it may be a known one under another name.

## Columns

Those of which nothing is kept are left out here. Several names are the same column through the years, the official one first.
Those of \`Porteurs_CPS_CPF\` are what public readers of the file name; that the identifier in the card is another identifier of the
person, when it has the shape of one, is our reading.

${columns.join('\n\n')}

## Rows that are set aside

${table('Reason | What is wrong', entries(rejectReasons))}

## What is odd, and imported

${table('Warning | What is odd', entries(warnings))}

## Files that are refused

The register is then as it was.

${table('Code | Why, and what helps', entries(importRefusals))}
`;
  await expect(text).toMatchFileSnapshot('../../../../docs/reference/register-files.md');
});
