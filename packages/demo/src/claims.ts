/** One line of a table a person can read. */
export interface Line {
  /** The claim's path, as a developer writes it: `SubjectRefPro.exercices[0].codeProfession`. */
  readonly path: string;
  readonly label: string;
  readonly value: string;
}

/** A signed token may hold anything: what a page shows of it is bounded. */
const MOST_LINES = 500;

/** Every value of the claims, nested ones included, in their order. */
export function linesOf(claims: Readonly<Record<string, unknown>>): readonly Line[] {
  const lines: Line[] = [];
  const visit = (path: string, name: string, value: unknown): void => {
    if (lines.length >= MOST_LINES) return;
    if (Array.isArray(value)) {
      for (const [i, each] of value.entries()) visit(`${path}[${i}]`, name, each);
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, each] of Object.entries(value)) visit(path ? `${path}.${key}` : key, key, each);
    } else {
      lines.push({ path, label: labels[name] ?? '', value: sentence(name, value) });
    }
  };
  visit('', '', claims);
  return lines;
}

const dates = new Set(['exp', 'iat', 'auth_time']);

function sentence(name: string, value: unknown): string {
  if (dates.has(name) && typeof value === 'number') {
    return `${new Date(value * 1000).toLocaleString('fr-FR', { timeZone: 'Europe/Paris' })} (${value})`;
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const labels: Readonly<Record<string, string>> = {
  SubjectNameID: 'Identifiant national',
  preferred_username: 'Identifiant national',
  sub: 'Identifiant technique',
  given_name: 'Prénom',
  family_name: 'Nom',
  email: 'Adresse électronique',
  codeCivilite: 'Civilité',
  authMode: 'Moyen utilisé',
  acr: 'Niveau de garantie',
  auth_time: 'Heure de l’authentification',
  iss: 'Émetteur',
  aud: 'Destinataire',
  azp: 'Application',
  exp: 'Expire le',
  iat: 'Émis le',
  sid: 'Session',
  session_state: 'Session',
  identifiant: 'Identifiant',
  origine: 'Origine de l’identifiant',
  SubjectRole: 'Rôle',
  SubjectOrganization: 'Structure',
  SubjectOrganizationID: 'Identifiant de la structure',
  Secteur_Activite: 'Secteur d’activité',
  Palier_Authentification: 'Palier d’authentification',
  codeProfession: 'Profession',
  codeCategorieProfessionnelle: 'Catégorie professionnelle',
  codeCiviliteDexercice: 'Civilité d’exercice',
  nomDexercice: 'Nom d’exercice',
  prenomDexercice: 'Prénom d’exercice',
  codeTypeSavoirFaire: 'Type de savoir-faire',
  codeSavoirFaire: 'Savoir-faire',
  codeModeExercice: 'Mode d’exercice',
  codeSecteurDactivite: 'Secteur d’activité',
  codeGenreActivite: 'Genre d’activité',
  codeRole: 'Rôle',
  numeroFinessSite: 'FINESS du site',
  numeroSiretSite: 'SIRET du site',
  raisonSocialeSite: 'Raison sociale',
  enseigneCommercialeSite: 'Enseigne',
  codePostal: 'Code postal',
  bureauCedex: 'Commune',
  telephone: 'Téléphone',
};
