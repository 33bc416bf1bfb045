import { hash } from 'node:crypto';
import type { PlacedActivity } from '#src/domain/person.ts';
import { authorityOf } from './meta.ts';

/** What an activity says of the place itself, whoever practises there. */
export const structureFields = [
  'codeSecteurDactivite',
  'numeroSiretSite',
  'numeroSirenSite',
  'numeroFinessSite',
  'numeroFinessetablissementJuridique',
  'identifiantTechniqueDeLaStructure',
  'raisonSocialeSite',
  'enseigneCommercialeSite',
  'complementDestinataire',
  'complementPointGeographique',
  'numeroVoie',
  'indiceRepetitionVoie',
  'codeTypeDeVoie',
  'libelleVoie',
  'mentionDistribution',
  'bureauCedex',
  'codePostal',
  'codeCommune',
  'codePays',
  'telephone',
  'telephone2',
  'telecopie',
  'adresseEMail',
  'ancienIdentifiantDeLaStructure',
  'autoriteDenregistrement',
  'libelleCommune',
] as const satisfies readonly (keyof PlacedActivity)[];
export type StructureField = (typeof structureFields)[number];
export type StructureRow = Readonly<Record<StructureField, string>>;

/** A place of practice, or the legal entity that it belongs to, of which the register only tells the FINESS number. */
export interface Structure {
  readonly id: string;
  readonly kind: 'site' | 'legal';
  readonly row: StructureRow;
}

/** Undefined when nothing identifies the place: some cabinets have a name and an address alone. */
export function structureOf(activity: PlacedActivity): Structure | undefined {
  const named =
    prefixed('technical', activity.identifiantTechniqueDeLaStructure) ??
    prefixed('siret', activity.numeroSiretSite) ??
    prefixed('finess', activity.numeroFinessSite) ??
    prefixed('national', activity.ancienIdentifiantDeLaStructure);
  if (named === undefined) return undefined;
  // Only the part of the authority that is the structure's own: the others are those of whoever practises there.
  const autoriteDenregistrement = `//${authorityOf(activity.autoriteDenregistrement, 'structure')}`;
  return { id: structureId(named), kind: 'site', row: pick({ ...activity, autoriteDenregistrement }) };
}

/** The legal entity of a site, when the register tells its FINESS number. */
export function legalEntityOf({ row, kind }: Structure): Structure | undefined {
  const number = row.numeroFinessetablissementJuridique.trim();
  if (kind === 'legal' || number === '') return undefined;
  return {
    id: structureId(`legal:${number}`),
    kind: 'legal',
    row: { ...nothing, numeroFinessetablissementJuridique: number },
  };
}

/** The identifiers by which a mailbox may name the structure: with or without the type that stands before them. */
export function identifiersOfStructure({ row, kind }: Structure): string[] {
  if (kind === 'legal')
    return [row.numeroFinessetablissementJuridique, `1${row.numeroFinessetablissementJuridique}`];
  const { numeroFinessSite, numeroSiretSite } = row;
  return [
    row.identifiantTechniqueDeLaStructure,
    row.ancienIdentifiantDeLaStructure,
    // It begins with its type (TRE_G07), of one digit: 4 for a rank in the RPPS.
    row.ancienIdentifiantDeLaStructure.slice(1),
    numeroFinessSite,
    numeroSiretSite,
    ...(numeroFinessSite === '' ? [] : [`1${numeroFinessSite}`]),
    ...(numeroSiretSite === '' ? [] : [`3${numeroSiretSite}`]),
  ].filter((identifier) => identifier !== '');
}

const nothing = pick({});

export function pick(values: { readonly [Field in StructureField]?: string }): StructureRow {
  // A loop, as in `parseRows`.
  const row: Partial<Record<StructureField, string>> = {};
  for (const field of structureFields) row[field] = values[field] ?? '';
  // It has exactly the fields.
  return row as StructureRow;
}

function prefixed(kind: string, value: string): string | undefined {
  return value.trim() === '' ? undefined : `${kind}:${value.trim()}`;
}

/** The same on every machine and after every rebuild: a digest of what identifies the structure. */
function structureId(name: string): string {
  return hash('sha256', name, 'hex').slice(0, 16);
}
