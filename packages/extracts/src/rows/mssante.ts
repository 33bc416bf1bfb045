import { labelOf, professionLabelOf, savoirFaireLabelOf } from '@psc/nomenclatures';
import { isAmong, weighted } from '../register/dice.ts';
import type { Structure } from '../register/structures.ts';
import { empty } from './cells.ts';
import { type RowWriter, structureOf, type World, worksOf } from './world.ts';

const topic = { mailbox: 3301, second: 3302, structure: 3303, kind: 3304 } as const;

const domains: Readonly<Record<string, string>> = {
  10: 'medecin',
  21: 'pharmacien',
  40: 'chirurgien-dentiste',
  50: 'sage-femme',
  60: 'infirmier',
  70: 'masseur-kinesitherapeute',
  80: 'pedicure-podologue',
};

export function createMailboxRows(world: World): RowWriter {
  const { dice } = world;
  return (person) => {
    const [exercice] = person.exercices;
    const { index, type, identifier, nationalId, nomDexercice, prenomDexercice } = person;
    const { profession, category } = exercice;
    if (!person.published || !isAmong(dice(index, topic.mailbox), profession.mailboxes)) return [];
    const [{ type: kind, code }] = exercice.savoirFaire;
    const [work] = worksOf(world, person, exercice, 0);
    const structure = work && structureOf(world, person, work);
    const after =
      `${exercice.civility}|${nomDexercice}|${prenomDexercice}|${category}|${labelOf('R09', category)}|` +
      `${profession.code}|${professionLabelOf(profession.code)}|${code}|${savoirFaireLabelOf(kind, code)}|` +
      `${isAmong(dice(index, topic.kind), 0.3) ? 'O' : 'N'}|${addressOf(structure)}`;
    const addresses = [
      `${slug(prenomDexercice)}.${slug(nomDexercice)}.${index}@${domains[profession.code] ?? 'pro'}`,
    ];
    if (isAmong(dice(index, topic.second), 0.02)) addresses.push(`pro.${index}@etablissement`);
    return addresses.map(
      (address) =>
        `PER|${address}.mssante.example|${type}|${identifier}|${nationalId}|${identificationOf(structure)}||${after}`,
    );
  };
}

const boxesOf = weighted([
  [0, 35],
  [1, 35],
  [2, 15],
  [3, 10],
  [5, 5],
] as const);
const services = ['SECRETARIAT', 'RADIOLOGIE', 'LABORATOIRE', 'URGENCES', 'ADMISSIONS'] as const;

/** The mailboxes of one shared structure: nobody's in particular. */
export function createStructureMailboxRows({ dice, structures }: World): (index: number) => string[] {
  return (index) =>
    services.slice(0, boxesOf(dice(index, topic.structure))).map((service) => {
      const structure = structures.sharedAt(index);
      return (
        `ORG|${slug(service)}.${index}@structure.mssante.example||||${identificationOf(structure)}|${service}|` +
        `${empty(9)}|O|${addressOf(structure)}`
      );
    });
}

/** Type and number: the national identifier of the structure, whose first character is its type (TRE_G07). */
function identificationOf(structure: Structure | undefined): string {
  const { ancienIdentifiantDeLaStructure: id = '' } = structure ?? {};
  return `${id.slice(0, 1)}|${id.slice(1)}`;
}

function addressOf(structure: Structure | undefined): string {
  if (structure === undefined) return empty(13);
  return [
    structure.raisonSocialeSite,
    structure.enseigneCommercialeSite,
    structure.complementPointGeographique,
    structure.complementDestinataire,
    structure.numeroVoie,
    structure.indiceRepetitionVoie,
    structure.codeTypeDeVoie,
    structure.libelleVoie,
    structure.mentionDistribution,
    structure.bureauCedex,
    structure.codePostal,
    structure.codeDepartement,
    labelOf('R20', structure.codePays),
  ].join('|');
}

function slug(name: string): string {
  return name
    .normalize('NFD')
    .toLowerCase()
    .replaceAll(/[^a-z]+/g, '');
}
