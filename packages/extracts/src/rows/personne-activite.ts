import type { Activity } from '../register/activities.ts';
import type { Exercice, Person } from '../register/people.ts';
import type { SavoirFaire } from '../register/professions.ts';
import type { Structure } from '../register/structures.ts';
import { cells, empty, savoirFaireCells } from './cells.ts';
import { authorityOf, createPlaces, type RowWriter, sectorOf, type World, worksOf } from './world.ts';

/** From `Numéro SIRET site` to `Ancien identifiant de la structure`: columns 19 to 46, counted from 0. */
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
    cells.streetType(structure.codeTypeDeVoie),
    structure.libelleVoie,
    structure.mentionDistribution,
    structure.bureauCedex,
    structure.codePostal,
    structure.codeCommune,
    structure.libelleCommune,
    cells.country(structure.codePays),
    structure.telephone,
    structure.telephone2,
    structure.telecopie,
    structure.adresseEMail,
    structure.codeDepartement,
    structure.libelleDepartement,
    structure.ancienIdentifiantDeLaStructure,
  ].join('|');
}

/** Rows of the 48, 52 or 56 first columns. */
export function createPersonneActiviteRows(world: World, columns: number): RowWriter {
  const placeOf = createPlaces(world, structureCells);
  const withoutStructure = empty(28);

  return (person) => {
    const rows: string[] = [];
    if (!person.published) return rows;
    for (const [rank, exercice] of person.exercices.entries()) {
      const works: (Activity | undefined)[] = worksOf(world, person, exercice, rank);
      if (works.length === 0) works.push(undefined);
      for (const savoirFaire of exercice.savoirFaire)
        for (const work of works) rows.push(rowOf(person, exercice, savoirFaire, work));
    }
    return rows;
  };

  function rowOf(
    person: Person,
    exercice: Exercice,
    savoirFaire: SavoirFaire,
    work: Activity | undefined,
  ): string {
    const { type, identifier, nationalId, woman, nomDexercice, prenomDexercice } = person;
    const structure = work === undefined ? withoutStructure : placeOf(person, work);
    const upTo48 =
      `${type}|${identifier}|${nationalId}|${cells.workCivility(exercice.civility)}|` +
      `${cells.civility(woman ? 'MME' : 'M')}|${nomDexercice}|${prenomDexercice}|` +
      `${cells.profession(exercice.profession.code)}|${cells.category(exercice.category)}|` +
      `${savoirFaireCells(savoirFaire)}|${cells.mode(work?.mode ?? '')}|${structure}|${authorityOf(exercice, work)}`;
    if (columns === 48) return upTo48;
    const upTo52 = `${upTo48}|${cells.sector(work === undefined ? '' : sectorOf(work))}|${cells.section(work?.section ?? '')}`;
    return columns === 52
      ? upTo52
      : `${upTo52}|${cells.role(work?.role ?? '')}|${cells.genre(work?.genre ?? '')}`;
  }
}
