import type { CodeableConcept, ContactPoint, Identifier, Organization } from '@medplum/fhirtypes';
import type { Mailbox } from '#src/domain/person.ts';
import { addressOf } from './address.ts';
import { extensions, organizationTypes } from './canonicals.ts';
import { mailboxOf } from './mailbox.ts';
import { authorityOf, metaOf } from './meta.ts';
import { legalEntityOf, type Structure } from './structure.ts';
import { codingOf, conceptOf, identifierOf, known, list, textOf } from './values.ts';

/** A structure that somebody practises in, or practised in, and since when what the files say of it is the same. */
export interface PublishedStructure {
  readonly structure: Structure;
  readonly active: boolean;
  readonly updatedAt: Date;
  /** Of the structure itself: ORG, APP, and CAB when no person is named. */
  readonly mailboxes: readonly Mailbox[];
}

/** as-dp-organization. One where nobody practises any more keeps its identifiers and its name. */
export function organizationOf({
  structure,
  active,
  updatedAt,
  mailboxes,
}: PublishedStructure): Organization {
  const { id, row } = structure;
  const name = textOf(row.raisonSocialeSite) ?? textOf(row.enseigneCommercialeSite);
  const address = active ? addressOf(row) : undefined;
  const legal = legalEntityOf(structure);
  const common = {
    resourceType: 'Organization' as const,
    id,
    meta: metaOf('Organization', {
      updatedAt,
      system: informationSystemOf(structure),
      authority: active ? authorityOf(row.autoriteDenregistrement, 'structure') : '',
      // The profile asks for an address.
      conforms: address !== undefined,
    }),
    language: 'fr',
    ...list('identifier', identifiersOf(structure)),
    active,
    ...(name === undefined ? {} : { name }),
  };
  if (!active) return common;
  return {
    ...common,
    ...list('type', typesOf(structure)),
    ...list('alias', [aliasOf(structure)]),
    ...list('telecom', [...telecomOf(structure), ...mailboxes.map(mailboxOf)]),
    ...list('address', [address]),
    ...(legal ? { partOf: { reference: `Organization/${legal.id}` } } : {}),
  };
}

/** The registers that know the structure: FINESS when it numbers it. */
function informationSystemOf({ row, kind }: Structure): 'FINESS' | 'RPPS' {
  return kind === 'legal' || row.numeroFinessSite !== '' ? 'FINESS' : 'RPPS';
}

function identifiersOf({ row, kind }: Structure): Identifier[] {
  if (kind === 'legal') {
    const number = row.numeroFinessetablissementJuridique;
    return known([identifierOf('IDNST', `1${number}`), identifierOf('FINEJ', number)]);
  }
  return known([
    identifierOf('IDNST', row.ancienIdentifiantDeLaStructure),
    identifierOf('FINEG', row.numeroFinessSite),
    identifierOf('SIREN', row.numeroSirenSite),
    identifierOf('SIRET', row.numeroSiretSite),
    identifierOf('RPPSRG', row.identifiantTechniqueDeLaStructure),
  ]);
}

/** A cabinet, which only the RPPS numbers, is its own legal entity; what FINESS or SIRENE number is a place. */
function isPlace({ row, kind }: Structure): boolean {
  return kind === 'site' && (row.numeroFinessSite !== '' || row.numeroSiretSite !== '');
}

function typesOf(structure: Structure): CodeableConcept[] {
  const kind = {
    system: organizationTypes,
    code: isPlace(structure) ? 'GEOGRAPHICAL-ENTITY' : 'LEGAL-ENTITY',
  };
  return known([
    typed('organizationType', conceptOf([kind])),
    typed('secteurActiviteRASS', conceptOf([codingOf('R02', structure.row.codeSecteurDactivite)])),
  ]);
}

function typed(slice: string, concept: CodeableConcept | undefined): CodeableConcept | undefined {
  return concept && { extension: [{ url: extensions.organizationTypes, valueCode: slice }], ...concept };
}

function aliasOf({ row }: Structure): string | undefined {
  return row.raisonSocialeSite.trim() === '' ? undefined : textOf(row.enseigneCommercialeSite);
}

function telecomOf({ row }: Structure): ContactPoint[] {
  const point = (system: 'phone' | 'fax' | 'email', value: string): ContactPoint | undefined => {
    const text = textOf(value);
    return text === undefined ? undefined : { system, value: text };
  };
  return known([
    point('phone', row.telephone),
    point('phone', row.telephone2),
    point('fax', row.telecopie),
    point('email', row.adresseEMail),
  ]);
}
