import type { Activity } from '../register/activities.ts';
import { below, type Dice, isAmong, pick } from '../register/dice.ts';
import { menNames, womenNames } from '../register/names.ts';
import type { Person } from '../register/people.ts';
import type { Structure } from '../register/structures.ts';
import { towns } from '../register/towns.ts';
import { empty } from './cells.ts';
import { authorityOf, createPlaces, type RowWriter, sectorOf, type World, worksOf } from './world.ts';

const topic = { birth: 3001, telephone: 3002, mail: 3003, otherNames: 3004, change: 3005 } as const;

/** From `Numéro SIRET site` to `Ancien identifiant de la structure`: no labels, and no department's. */
function structureCells(structure: Structure): string {
  return [
    structure.numeroSiretSite,
    structure.numeroSirenSite,
    structure.numeroFinessSite,
    structure.numeroFinessetablissementJuridique,
    structure.identifiantTechniqueDeLaStructure,
    structure.raisonSocialeSite,
    structure.enseigneCommercialeSite,
    structure.complementDestinataire,
    structure.complementPointGeographique,
    structure.numeroVoie,
    structure.indiceRepetitionVoie,
    structure.codeTypeDeVoie,
    structure.libelleVoie,
    structure.mentionDistribution,
    structure.bureauCedex,
    structure.codePostal,
    structure.codeCommune,
    structure.codePays,
    structure.telephone,
    structure.telephone2,
    structure.telecopie,
    structure.adresseEMail,
    structure.codeDepartement,
    structure.ancienIdentifiantDeLaStructure,
  ].join('|');
}

/** Rows of 49, 50 or 51 columns. Everybody is in this file. */
export function createProSanteConnectRows(world: World, columns: number): RowWriter {
  const { dice } = world;
  const placeOf = createPlaces(world, structureCells);
  const withoutStructure = empty(24);

  return (person) => {
    const rows: string[] = [];
    const { type, identifier, nationalId, familyName, woman, nomDexercice, prenomDexercice } = person;
    const civility = woman ? 'MME' : 'M';
    const self =
      `${type}|${identifier}|${nationalId}|${familyName}|${givenNamesOf(dice, person)}|${birthOf(dice, person)}|` +
      `${woman ? 'F' : 'M'}|${telephoneOf(dice, person)}|${mailOf(dice, person)}|${civility}`;
    const otherIds = columns === 51 ? `|${otherIdentifiersOf(person)}` : '';
    for (const [rank, exercice] of person.exercices.entries()) {
      const works: (Activity | undefined)[] = worksOf(world, person, exercice, rank);
      if (works.length === 0) works.push(undefined);
      for (const savoirFaire of exercice.savoirFaire)
        for (const work of works)
          rows.push(
            `${self}|${exercice.profession.code}|${exercice.category}|${exercice.civility}|${nomDexercice}|` +
              `${prenomDexercice}|${savoirFaire.type}|${savoirFaire.code}|${work?.mode ?? ''}|` +
              `${work === undefined ? '' : sectorOf(work)}|${work?.section ?? ''}|${work?.role ?? ''}|` +
              `${work === undefined ? withoutStructure : placeOf(person, work)}|${authorityOf(exercice, work)}${otherIds}` +
              (columns > 49 ? `|${work?.genre ?? ''}` : ''),
          );
    }
    return rows;
  };
}

/** Three places joined by apostrophes, the unused ones empty. */
function givenNamesOf(dice: Dice, { index, woman, givenName }: Person): string {
  const thrown = dice(index, topic.otherNames);
  const names = woman ? womenNames : menNames;
  const other = (at: number) => pick(names, dice(index, topic.otherNames + 100 * at)).toUpperCase();
  const second = isAmong(thrown, 0.6) ? other(1) : '';
  return `${givenName.toUpperCase()}'${second}'${isAmong(thrown, 0.3) ? other(2) : ''}`;
}

function birthOf(dice: Dice, { index }: Person): string {
  const thrown = dice(index, topic.birth);
  // The register does not always know.
  if (isAmong(thrown, 0.02)) return empty(4);
  const day = (at: number, most: number) =>
    String(1 + below(dice(index, topic.birth + at), most)).padStart(2, '0');
  const { commune, name } = pick(towns, dice(index, topic.birth + 300));
  return `${day(100, 28)}/${day(200, 12)}/${1945 + below(thrown, 57)}|${commune}|99000|${name.toUpperCase()}`;
}

/** 06 39 98 xx xx is set apart for fiction. */
function telephoneOf(dice: Dice, person: Person): string {
  const { index } = person;
  const thrown = dice(index, topic.telephone);
  if (!isAmong(thrown, 0.75)) return '';
  const turns = changesOf(dice, person, (each) => isAmong(each, 0.2));
  const number = `63998${String((thrown + turns * 7919) % 10_000).padStart(4, '0')}`;
  return pick([`+33 ${number}`, `+33${number}`, `0${number}`], dice(index, topic.telephone + 100));
}

function mailOf(dice: Dice, person: Person): string {
  if (!isAmong(dice(person.index, topic.mail), 0.85)) return '';
  const turns = changesOf(dice, person, (each) => !isAmong(each, 0.8));
  return `professionnel.${person.index}${turns === 0 ? '' : `.${turns}`}@sante.example`;
}

/** Some of those who change are also reached otherwise: one in five by telephone, one in five by mail. */
function changesOf(dice: Dice, { index, version }: Person, counts: (thrown: number) => boolean): number {
  let turns = 0;
  for (let each = 1; each <= version; each += 1)
    if (counts(dice(index, topic.change + each * 10_000))) turns += 1;
  return turns;
}

function otherIdentifiersOf({ nationalId, type, adeli }: Person): string {
  const own = `${nationalId},${type === '8' ? 'RPPS' : 'ADELI'},1`;
  return type === '8' && adeli !== '' ? `${own};0${adeli},ADELI,1` : own;
}
