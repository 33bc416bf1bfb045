import { weighted } from './dice.ts';
import type { PlaceKind } from './place-kinds.ts';

/** What is usual in a profession: orders of magnitude of France, for files that weigh and search like the real ones. */
export interface Profession {
  readonly code: string;
  /** Thousands of people. */
  readonly thousands: number;
  /** Shares, 0 to 1. */
  readonly women: number;
  readonly students: number;
  readonly cards: number;
  readonly mailboxes: number;
  /** TRE_R11 */
  readonly civility: string;
  /** Who registers: the first of the three of `Autorité d'enregistrement`. */
  readonly authority: string;
  /** Registered in ADELI before RPPS. */
  readonly fromAdeli: boolean;
  /** TRE_R48, or '' where the State gives none. */
  readonly diploma: string;
  readonly placeOf: (thrown: number) => PlaceKind;
  /** Type and code, '' and '' for none. */
  readonly savoirFaireOf: (thrown: number) => SavoirFaire;
}

export interface SavoirFaire {
  readonly type: string;
  readonly code: string;
}

interface Description {
  readonly thousands: number;
  readonly women: number;
  readonly students?: number;
  readonly cards?: number;
  readonly mailboxes?: number;
  readonly civility?: 'DR';
  readonly authority?: string;
  readonly diploma?: string;
  readonly places: Readonly<Partial<Record<PlaceKind, number>>>;
  readonly savoirFaire?: Readonly<Record<string, number>>;
}

const care = { own: 45, group: 25, society: 8, house: 6, hospital: 8, clinic: 4, centre: 4 };
const health = { hospital: 50, clinic: 20, centre: 8, home: 12, own: 6, social: 4 };
const shop = { shop: 80, own: 8, society: 12 };

const descriptions: Readonly<Record<string, Description>> = {
  // Médecin
  10: {
    thousands: 330,
    women: 0.48,
    students: 0.11,
    cards: 0.75,
    mailboxes: 0.5,
    civility: 'DR',
    authority: 'CNOM',
    diploma: 'DE05',
    places: {
      own: 30,
      group: 18,
      society: 9,
      house: 4,
      hospital: 25,
      clinic: 7,
      centre: 4,
      public: 2,
      school: 1,
    },
    savoirFaire: {
      'S SM26': 30,
      'S SM53': 14,
      'S SM54': 4,
      'S SM02': 5,
      'S SM42': 6,
      'S SM40': 4,
      'S SM44': 4,
      'S SM04': 3,
      'S SM38': 3,
      'S SM20': 3,
      'S SM15': 2,
      'S SM08': 2,
      'S SM24': 2,
      'S SM41': 2,
      'S SM48': 1.5,
      'S SM32': 1.5,
      'S SM34': 1,
      'S SM25': 2,
      'S SM59': 1,
      'S SM27': 1,
      'S SM30': 1,
      'S SM14': 1,
      'S SM49': 1,
      'S SM18': 1,
      'CEX CEX22': 0.3,
      ' ': 4,
    },
  },
  // Pharmacien
  21: {
    thousands: 104,
    women: 0.67,
    students: 0.15,
    cards: 0.7,
    mailboxes: 0.4,
    civility: 'DR',
    authority: 'CNOP',
    diploma: 'DE02',
    places: { pharmacy: 74, hospital: 10, clinic: 2, laboratory: 8, industry: 5, public: 1 },
    savoirFaire: { ' ': 88, 'S SM03': 7, 'FQ FQ01': 3, 'FQ FQ02': 2 },
  },
  // Chirurgien-Dentiste
  40: {
    thousands: 62,
    women: 0.49,
    students: 0.1,
    cards: 0.75,
    mailboxes: 0.35,
    civility: 'DR',
    authority: 'ONCD',
    diploma: 'DE03',
    places: { own: 45, group: 25, society: 14, centre: 12, hospital: 4 },
    savoirFaire: { ' ': 92, 'S SCD01': 5, 'S SCD02': 2, 'S SCD03': 1 },
  },
  // Sage-Femme
  50: {
    thousands: 31,
    women: 0.97,
    students: 0.08,
    cards: 0.65,
    mailboxes: 0.35,
    authority: 'CNOSF',
    diploma: 'DE06',
    places: { own: 25, group: 12, hospital: 45, clinic: 14, public: 4 },
  },
  // Infirmier
  60: {
    thousands: 620,
    women: 0.86,
    cards: 0.4,
    mailboxes: 0.16,
    authority: 'ONI',
    diploma: 'DE09',
    places: {
      own: 14,
      group: 8,
      house: 1,
      hospital: 48,
      clinic: 13,
      home: 9,
      centre: 3,
      school: 3,
      social: 1,
    },
    savoirFaire: { ' ': 93, 'S SI06': 1.5, 'S SI07': 1.8, 'S SI08': 3, 'S SI01': 0.4, 'S SI04': 0.2 },
  },
  // Masseur-Kinésithérapeute
  70: {
    thousands: 108,
    women: 0.53,
    cards: 0.75,
    mailboxes: 0.45,
    authority: 'CNOMK',
    diploma: 'DE11',
    places: care,
  },
  // Pédicure-Podologue
  80: {
    thousands: 15,
    women: 0.68,
    cards: 0.7,
    mailboxes: 0.4,
    authority: 'CNOPP',
    diploma: 'DE12',
    places: care,
  },
  26: { thousands: 5.6, women: 0.6, diploma: 'DE29', places: shop },
  28: { thousands: 48, women: 0.58, cards: 0.35, diploma: 'DE08', places: shop },
  31: { thousands: 34, women: 0.97, cards: 0.1, places: { own: 5, group: 50, society: 35, centre: 10 } },
  32: { thousands: 1, women: 0.4, places: { hospital: 70, clinic: 30 } },
  41: {
    thousands: 45,
    women: 0.93,
    diploma: 'DE28',
    places: { hospital: 25, social: 40, public: 30, home: 5 },
  },
  81: { thousands: 2.6, women: 0.35, places: shop },
  82: { thousands: 0.9, women: 0.35, places: shop },
  83: { thousands: 2.1, women: 0.6, places: shop },
  84: { thousands: 0.1, women: 0.4, places: shop },
  85: { thousands: 0.05, women: 0.5, places: shop },
  86: { thousands: 52, women: 0.78, cards: 0.1, diploma: 'DE38', places: { laboratory: 55, hospital: 45 } },
  91: { thousands: 27, women: 0.97, cards: 0.65, mailboxes: 0.35, diploma: 'DE13', places: care },
  92: { thousands: 6.4, women: 0.9, cards: 0.6, mailboxes: 0.3, diploma: 'DE14', places: care },
  94: { thousands: 16, women: 0.87, diploma: 'DE30', places: health },
  95: { thousands: 15, women: 0.94, places: health },
  96: { thousands: 16, women: 0.88, diploma: 'DE32', places: health },
  98: {
    thousands: 44,
    women: 0.72,
    cards: 0.15,
    diploma: 'DE39',
    places: { hospital: 65, clinic: 30, centre: 5 },
  },
  71: { thousands: 36, women: 0.48, cards: 0.2, places: { own: 70, group: 25, society: 5 } },
  72: { thousands: 12, women: 0.75, places: { own: 80, group: 15, social: 5 } },
  73: { thousands: 1.9, women: 0.4, places: { own: 75, group: 25 } },
  93: {
    thousands: 105,
    women: 0.86,
    cards: 0.15,
    mailboxes: 0.1,
    diploma: 'DE15',
    places: { ...health, own: 40 },
  },
  // Known by their role.
  99: { thousands: 115, women: 0.8, cards: 0.3, mailboxes: 0.05, places: health },
};

export const professions: readonly Profession[] = Object.entries(descriptions).map(
  ([code, { students = 0, cards = 0.25, mailboxes = 0.08, civility = '', diploma = '', ...described }]) => ({
    code,
    thousands: described.thousands,
    women: described.women,
    students,
    cards,
    mailboxes,
    civility,
    diploma,
    authority: described.authority ?? 'ARS',
    // Those of an Order left ADELI long ago; nurses in 2021. Roles never were in it.
    fromAdeli: code === '60' || (described.authority === undefined && code !== '99'),
    placeOf: weighted(
      Object.entries(described.places).map(([kind, weight]) => [kind as PlaceKind, weight] as const),
    ),
    savoirFaireOf: weighted(
      Object.entries(described.savoirFaire ?? { ' ': 1 }).map(([key, weight]) => {
        const [type = '', savoirFaire = ''] = key.split(' ');
        return [{ type, code: savoirFaire }, weight] as const;
      }),
    ),
  }),
);

export const professionOf = weighted(professions.map((each) => [each, each.thousands] as const));

const byCode = new Map(professions.map((each) => [each.code, each]));

/** What somebody is besides: a nurse who is an osteopath too. */
export function secondProfessionOf({ code }: Profession): Profession | undefined {
  const second = { 70: '71', 60: '71', 10: '72', 93: '72', 21: '10', 40: '10' }[code] ?? '99';
  return second === code ? undefined : byCode.get(second);
}
