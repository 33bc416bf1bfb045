/** A kind of place to work in, as the extract tells it: which identifiers it has, and its sector (TRE_R02). */
export interface Place {
  readonly sector: string;
  /** Of the technical identifier: F and its FINESS, C and its SIRET, R and a number of the RPPS. */
  readonly known: 'F' | 'C' | 'R';
  /** How many of a hundred shared structures; 0 for what is nobody else's. */
  readonly share: number;
  /** Most people work in the largest ones. */
  readonly skewed?: true;
  readonly names: readonly [string, ...string[]];
  /** Whose own they are who work there: self-employed, as a rule. */
  readonly liberal: boolean;
}

const places = {
  own: { sector: 'SA07', known: 'R', share: 0, liberal: true, names: ['CABINET'] },
  group: {
    sector: 'SA08',
    known: 'R',
    share: 22,
    liberal: true,
    names: ['CABINET MEDICAL', 'CABINET DE GROUPE', 'CENTRE MEDICAL', 'CABINET INFIRMIER', 'ESPACE SANTE'],
  },
  society: {
    sector: 'SA09',
    known: 'C',
    share: 12,
    liberal: true,
    names: ['SELARL', 'SCP', 'SELAS', 'SCM DU DOCTEUR'],
  },
  house: {
    sector: 'SA52',
    known: 'F',
    share: 2,
    liberal: true,
    names: ['MAISON DE SANTE PLURIPROFESSIONNELLE', 'POLE DE SANTE'],
  },
  hospital: {
    sector: 'SA01',
    known: 'F',
    share: 4,
    skewed: true,
    liberal: false,
    names: ['CENTRE HOSPITALIER', 'CHU', 'HOPITAL', 'CHI HC SITE', 'GHT', 'EPSM'],
  },
  clinic: {
    sector: 'SA04',
    known: 'F',
    share: 3,
    skewed: true,
    liberal: false,
    names: ['CLINIQUE', 'POLYCLINIQUE', 'HOPITAL PRIVE'],
  },
  centre: {
    sector: 'SA05',
    known: 'F',
    share: 4,
    liberal: false,
    names: ['CENTRE DE SANTE', 'CENTRE MUNICIPAL DE SANTE', 'CENTRE DE SOINS INFIRMIERS'],
  },
  home: {
    sector: 'SA17',
    known: 'F',
    share: 12,
    liberal: false,
    names: ['EHPAD', 'RESIDENCE', 'EHPAD "LES'],
  },
  pharmacy: {
    sector: 'SA33',
    known: 'F',
    share: 20,
    liberal: true,
    names: ['PHARMACIE', 'SELARL PHARMACIE', 'GRANDE PHARMACIE', "PHARMACIE DE L'"],
  },
  laboratory: {
    sector: 'SA25',
    known: 'F',
    share: 4,
    liberal: false,
    names: ['LBM', 'LABORATOIRE', 'SELAS BIOGROUPE'],
  },
  shop: {
    sector: 'SA42',
    known: 'C',
    share: 8,
    liberal: false,
    names: ['OPTIQUE', 'SARL "OPTIQUE', 'AUDITION', 'SAS ORTHOPEDIE'],
  },
  social: { sector: 'SA41', known: 'F', share: 5, liberal: false, names: ['IME', 'FOYER', 'SESSAD', 'ESAT'] },
  school: { sector: 'SA14', known: 'C', share: 2, liberal: false, names: ['LYCEE', 'UNIVERSITE', 'COLLEGE'] },
  industry: {
    sector: 'SA32',
    known: 'R',
    share: 1,
    liberal: false,
    names: ['LABORATOIRES', 'PHARMA', 'BIOTECH'],
  },
  public: {
    sector: 'SA27',
    known: 'C',
    share: 1,
    liberal: false,
    names: ['CONSEIL DEPARTEMENTAL', 'MAIRIE', 'PMI', 'DIRECTION REGIONALE'],
  },
} as const satisfies Readonly<Record<string, Place>>;

export type PlaceKind = keyof typeof places;

export const placeKinds: Readonly<Record<PlaceKind, Place>> = places;
