import { categorieProduit } from './g01-categorie-produit.ts';
import { typeProduit } from './g02-type-produit.ts';
import { sousSectionTableauCnop } from './g05-sous-section-tableau-cnop.ts';
import { typeIdentifiantStructure } from './g07-type-identifiant-structure.ts';
import { typeIdentifiantPersonne } from './g08-type-identifiant-personne.ts';
import { orientationParticuliere } from './g13-orientation-particuliere.ts';
import { professionSante } from './g15-profession-sante.ts';
import { professionFormation } from './g16-profession-formation.ts';
import { secteurActivite } from './r02-secteur-activite.ts';
import { typeSavoirFaire } from './r04-type-savoir-faire.ts';
import { sectionTableauCnop } from './r06-section-tableau-cnop.ts';
import { categorieProfessionnelle } from './r09-categorie-professionnelle.ts';
import { civiliteExercice } from './r11-civilite-exercice.ts';
import { typeDiplome } from './r14-type-diplome.ts';
import { typeAutorisation } from './r17-type-autorisation.ts';
import { disciplineAutorisation } from './r18-discipline-autorisation.ts';
import { pays } from './r20-pays.ts';
import { fonction } from './r21-fonction.ts';
import { genreActivite } from './r22-genre-activite.ts';
import { modeExercice } from './r23-mode-exercice.ts';
import { typeVoie } from './r35-type-voie.ts';
import { specialiteOrdinale } from './r38-specialite-ordinale.ts';
import { competence } from './r39-competence.ts';
import { competenceExclusive } from './r40-competence-exclusive.ts';
import { descNonQualifiant } from './r42-desc-non-qualifiant.ts';
import { capacite } from './r43-capacite-savoir-faire.ts';
import { qualificationPac } from './r44-qualification-pac.ts';
import { fonctionQualifiee } from './r45-fonction-qualifiee.ts';
import { specialiteConcoursHospitalier } from './r46-specialite-concours-hospitalier.ts';
import { diplomeEtatFrancais } from './r48-diplome-etat-francais.ts';
import { autoriteEnregistrement } from './r60-autorite-enregistrement.ts';
import { civilite } from './r81-civilite.ts';
import { rolePriseCharge } from './r85-role-prise-charge.ts';
import { typeCarte } from './r87-type-carte.ts';
import { professionSocial } from './r94-profession-social.ts';
import { usagerTitre } from './r95-usager-titre.ts';
import { autreFonctionSanitaire } from './r96-autre-fonction-sanitaire.ts';
import { droitExerciceComplementaire } from './r97-droit-exercice-compl.ts';
import { typeMessagerie } from './r256-type-messagerie.ts';
import { typeBal } from './r257-type-bal.ts';
import { autreProfession } from './r291-autre-profession.ts';
import { surspecialiteTransversale } from './r359-surspecialite-transversale.ts';

/** The tables, by the short name that the specifications use: `R38` is TRE_R38-SpecialiteOrdinale. */
export const tables = {
  G01: categorieProduit,
  G02: typeProduit,
  G05: sousSectionTableauCnop,
  G07: typeIdentifiantStructure,
  G08: typeIdentifiantPersonne,
  G13: orientationParticuliere,
  G15: professionSante,
  G16: professionFormation,
  R02: secteurActivite,
  R04: typeSavoirFaire,
  R06: sectionTableauCnop,
  R09: categorieProfessionnelle,
  R11: civiliteExercice,
  R14: typeDiplome,
  R17: typeAutorisation,
  R18: disciplineAutorisation,
  R20: pays,
  R21: fonction,
  R22: genreActivite,
  R23: modeExercice,
  R35: typeVoie,
  R38: specialiteOrdinale,
  R39: competence,
  R40: competenceExclusive,
  R42: descNonQualifiant,
  R43: capacite,
  R44: qualificationPac,
  R45: fonctionQualifiee,
  R46: specialiteConcoursHospitalier,
  R48: diplomeEtatFrancais,
  R60: autoriteEnregistrement,
  R81: civilite,
  R85: rolePriseCharge,
  R87: typeCarte,
  R94: professionSocial,
  R95: usagerTitre,
  R96: autreFonctionSanitaire,
  R97: droitExerciceComplementaire,
  R256: typeMessagerie,
  R257: typeBal,
  R291: autreProfession,
  R359: surspecialiteTransversale,
} as const;
