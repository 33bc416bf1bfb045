/** Extraction_ProSanteConnect_Personne_activite, restricted: as the public one without labels, with civil names and contacts. */
export const proSanteConnect49 = [
  "Type d'identifiant PP",
  'Identifiant PP',
  'Identification nationale PP',
  'Nom de famille',
  'Prénoms',
  'Date de naissance',
  'Code commune de naissance',
  'Code pays de naissance',
  'Lieu de naissance',
  'Code sexe',
  'Téléphone (coord. correspondance)',
  'Adresse e-mail (coord. correspondance)',
  'Code civilité',
  'Code profession',
  'Code catégorie professionnelle',
  "Code civilité d'exercice",
  "Nom d'exercice",
  "Prénom d'exercice",
  'Code type savoir-faire',
  'Code savoir-faire',
  'Code mode exercice',
  "Code secteur d'activité",
  'Code section tableau pharmaciens',
  'Code rôle',
  'Numéro SIRET site',
  'Numéro SIREN site',
  'Numéro FINESS site',
  'Numéro FINESS établissement juridique',
  'Identifiant technique de la structure',
  'Raison sociale site',
  'Enseigne commerciale site',
  'Complément destinataire (coord. structure)',
  'Complément point géographique (coord. structure)',
  'Numéro Voie (coord. structure)',
  'Indice répétition voie (coord. structure)',
  'Code type de voie (coord. structure)',
  'Libellé Voie (coord. structure)',
  'Mention distribution (coord. structure)',
  'Bureau cedex (coord. structure)',
  'Code postal (coord. structure)',
  'Code commune (coord. structure)',
  'Code pays (coord. structure)',
  'Téléphone (coord. structure)',
  'Téléphone 2 (coord. structure)',
  'Télécopie (coord. structure)',
  'Adresse e-mail (coord. structure)',
  'Code département (coord. structure)',
  'Ancien identifiant de la structure',
  "Autorité d'enregistrement",
] as const;

const other = 'Autres identifiants';
const genre = "Code genre d'activité";

export type ProSanteConnectColumn = (typeof proSanteConnect49)[number] | typeof other | typeof genre;

export const proSanteConnect50: readonly ProSanteConnectColumn[] = [...proSanteConnect49, genre];
/** Of 2024: a column was inserted before the last one. */
export const proSanteConnect51: readonly ProSanteConnectColumn[] = [...proSanteConnect49, other, genre];
