import type { CapabilityStatement } from '@medplum/fhirtypes';
import { annuaireSante, verdicts } from './annuaire-sante.ts';

/** docs/reference/fhir.md, whose tables are read from the CapabilityStatement. */
export function fhirReference(statement: CapabilityStatement): string {
  return `${[
    '# FHIR R4, beside the Annuaire Santé',
    '',
    'rpps-directory serves FHIR R4 at `/fhir/v2` when `FHIR_URL` says where callers reach it; without it there is no such face.',
    'It tells what the **public** files say (`Personne_activite`, `SavoirFaire`, `Dipl_AutExerc`, MSSanté, `Porteurs_CPS_CPF`), and',
    'nothing of the restricted one: who opposed publication is not there. Written by `reference.int.test.ts` of rpps-directory, which',
    'fails when it is stale: `vitest run -u` writes it again.',
    '',
    '"same" is what the API of the Annuaire Santé does (IG ans.fhir.fr.annuaire 1.1.0 and 1.2.0-snapshot-2, and its documentation);',
    'what neither of them says is marked as our choice.',
    '',
    ...access,
    ...results,
    '## Resources and parameters',
    '',
    ...Object.keys(annuaireSante).flatMap((type) => resourceTable(type, statement)),
    ...content,
    ...addresses,
  ].join('\n')}`;
}

function resourceTable(type: string, statement: CapabilityStatement): string[] {
  const there = annuaireSante[type];
  const here = statement.rest?.[0]?.resource?.find((resource) => resource.type === type);
  const verdict = (name: string) => verdicts[type]?.[name] ?? 'no verdict';
  if (!there) return [];
  if (!here) return [`### ${type}`, '', `${verdict(type)}. It is not in the CapabilityStatement.`, ''];
  const rows = (label: string, ours: readonly string[], theirs: readonly string[]) =>
    [...new Set([...theirs, ...ours])].map(
      (name) =>
        `| ${label} \`${name}\` | ${mark(theirs, name)} | ${mark(ours, name)} | ${verdict(name).replaceAll('|', '\\|')} |`,
    );
  return [
    `### ${type}`,
    '',
    `Profile: \`${here.profile}\``,
    '',
    '| | Annuaire Santé | Here | |',
    '| --- | --- | --- | --- |',
    ...rows('interaction', here.interaction?.map(({ code }) => code) ?? [], there.interactions),
    ...rows(
      'parameter',
      here.searchParam?.map(({ name }) => name) ?? [],
      Object.keys(there.parameters).sort(),
    ),
    ...rows('_include', here.searchInclude ?? [], there.include),
    ...rows('_revinclude', here.searchRevInclude ?? [], there.revInclude),
    '',
  ];
}

const mark = (list: readonly string[], name: string) => (list.includes(name) ? 'yes' : '–');

const access = [
  '## Access',
  '',
  '| | |',
  '| --- | --- |',
  '| Key | Header `ESANTE-API-KEY`, as at the Annuaire Santé. `psc directory api-keys add <name>` shows it once; its SHA-256 is kept. `metadata` needs none: our choice. |',
  '| Limit | 17 calls a second for each key (`FHIR_CALLS_PER_SECOND`), in all replicas together, as there: then 429 with `Retry-After`. 20 wrong keys from one network in a minute: 429 for a minute, our choice. Without Redis nothing is counted, and nothing answered (503): our choice. |',
  '| Time | A search that takes more than 5 s is refused as `too-costly` (400). The Annuaire Santé gives up after 30 s. |',
  '| Browsers | No CORS header: a key in a page is a key given away. A site asks through its own server. Our choice. |',
  '| Form | JSON of R4 alone (`application/fhir+json`, with `fhirVersion=4.0` or without); another `Accept` or `_format` is answered 406. |',
  '| Errors | An `OperationOutcome` for each, with 400, 401, 404, 405, 406, 410, 413, 414, 415, 429, 500 or 503. It never quotes what was sent. |',
  '| Unknown parameters | Left aside, with a warning in the bundle; refused with `Prefer: handling=strict`. A modifier that is not known is always refused, since leaving it aside would find more. Our choice, within what FHIR says. |',
  '',
];

const results = [
  '## Results',
  '',
  '| | |',
  '| --- | --- |',
  '| Tokens | Match whatever the case of the code, as FHIR R4 advises servers; a system must be the same. |',
  '| `_count` | 50 unless said otherwise, as there. Our choice: at most 200. A page may hold less and lead on all the same. |',
  '| `_total` | `none`; `estimate`: what PostgreSQL expects (for roles: how many people); `accurate`: counted up to 100,000, otherwise left out with an outcome `too-costly`. Left out: told when it is cheap, as there. A total that no index tells (of roles, by a part of a name) is counted one by one when it is asked for, or with `_count=0`, among 2,000 candidates at most. |',
  '| `_elements` | As there, with the tag SUBSETTED; `identifier` and `active` are always there. |',
  '| `_include=*` | All the includes of the resource. |',
  '| Pages | Follow `link[next]`, `/_page?id=…`: sealed, kept nowhere, for an hour and for the same key. People have numbers that only grow, so that an import between two pages tells nobody twice and leaves nobody out. |',
  '| Deleted | `active: false` with the id, the identifiers and, for a structure, the name, for 30 days; then 410 on read (404 for a role that its person left), and in no search. An ADELI number that leaves the public file is deleted too, although it still logs in: our choice. |',
  '| Reading | `ETag` (weak, of the content) and `If-None-Match`; `Last-Modified` is the import that last changed the public data of the person. No versions are kept. |',
  '',
];

const content = [
  '## What a resource holds',
  '',
  'As the public profiles (as-dp-*) say, with these choices where they leave one:',
  '',
  '| | Our choice |',
  '| --- | --- |',
  "| `meta.profile` | FR Core and as-dp, without version. Who has no RPPS number (ADELI, an employer's number) and a structure without address are under FR Core alone: as-dp asks for both. |",
  '| Practitioner.id | The number of the person in this register: stable, ours. Keep `identifier`, as the ANS advises. |',
  '| PractitionerRole.id | The id of the person, then a digest of profession, category, mode, sector, function, kind, section and structure: a new telephone changes nothing, another place does. Several savoir-faire are one role. |',
  '| Organization.id | A digest of what identifies the structure: its technical identifier, else SIRET, FINESS or former identifier. What has none is in no role. |',
  '| Organization.identifier | IDNST, FINEG or FINEJ, SIREN and SIRET (`https://sirene.fr`), and the technical identifier as RPPSRG. |',
  '| Organization.type | GEOGRAPHICAL-ENTITY for a place that FINESS or SIRENE numbers; LEGAL-ENTITY for a cabinet of the RPPS and for the entity a FINESS number stands for. |',
  '| Organization | What two people say of one place may differ: whoever changed last is believed. |',
  '| Diplomas | TRE_R48 for state diplomas; others have the label of the extract and no system, their tables being many. |',
  '| `as-ext-practitioner-authorization` | Type and discipline. 1.1.0 forbids it in the public profile, 1.2.0-snapshot-2 allows it. |',
  '| `as-ext-mailbox-mss-metadata` | `type`, `service`, and `digitization`, which the API answers. |',
  '| `display` | Given when our nomenclatures know the code. |',
  '| A person with two names of practice | The one of the first profession. |',
  '',
];

const addresses = [
  '## Example',
  '',
  'The sandbox has a key for everybody, `sandbox-key`:',
  '',
  '```sh',
  "curl -H 'ESANTE-API-KEY: sandbox-key' 'http://localhost:3002/fhir/v2/Practitioner?identifier=899700000013&_revinclude=PractitionerRole:practitioner'",
  '```',
  '',
];
