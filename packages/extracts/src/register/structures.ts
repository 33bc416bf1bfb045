import { withLuhnKey } from '@psc/kernel';
import { below, type Dice, isAmong, pick } from './dice.ts';
import { type PlaceKind, placeKinds } from './place-kinds.ts';
import { departements, foreignTowns, type Town, towns } from './towns.ts';

/** A structure, with the names that the register gives to its columns. */
export interface Structure {
  readonly kind: PlaceKind;
  readonly numeroSiretSite: string;
  readonly numeroSirenSite: string;
  readonly numeroFinessSite: string;
  readonly numeroFinessetablissementJuridique: string;
  readonly identifiantTechniqueDeLaStructure: string;
  readonly raisonSocialeSite: string;
  readonly enseigneCommercialeSite: string;
  readonly complementDestinataire: string;
  readonly complementPointGeographique: string;
  readonly numeroVoie: string;
  readonly indiceRepetitionVoie: string;
  readonly codeTypeDeVoie: string;
  readonly libelleVoie: string;
  readonly mentionDistribution: string;
  readonly bureauCedex: string;
  readonly codePostal: string;
  readonly codeCommune: string;
  readonly libelleCommune: string;
  readonly codePays: string;
  readonly telephone: string;
  readonly telephone2: string;
  readonly telecopie: string;
  readonly adresseEMail: string;
  readonly codeDepartement: string;
  readonly libelleDepartement: string;
  readonly ancienIdentifiantDeLaStructure: string;
}

/** Structures that people share, and those of one person. */
export interface Structures {
  /** Of all kinds together. */
  readonly shared: number;
  sharedAt(index: number): Structure;
  /** The number of a shared structure of this kind. `turn` tells apart the places that somebody moves through. */
  sharedFor(kind: PlaceKind, thrown: number, turn: number): number;
  /** The practice of somebody alone: `holder` is a number of its own for every one of them. */
  ownAt(holder: number, name: string, rpps: string): Structure;
}

const PEOPLE_PER_SHARED = 30;
const MOST_SHARED = 60_000;

/** Properties that are thrown for a structure, and begin at the same number for shared ones and for own ones. */
const topic = {
  name: 1,
  town: 2,
  number: 3,
  street: 4,
  complement: 5,
  distribution: 6,
  telephone: 7,
  mail: 8,
  filled: 9,
  foreign: 10,
  telecopie: 11,
} as const;

const streetTypes = [
  'R',
  'R',
  'R',
  'R',
  'AV',
  'AV',
  'BD',
  'PL',
  'RTE',
  'CHE',
  'ALL',
  'IMP',
  'FG',
  'QUAI',
] as const;
const streets = [
  'DE LA REPUBLIQUE',
  'VICTOR HUGO',
  'DES TILLEULS',
  'DE LA GARE',
  'JEAN JAURES',
  "DE L'EGLISE",
  'DU GENERAL DE GAULLE',
  'DES ECOLES',
  'PASTEUR',
  'DE BESANCON',
  'SAINT ETIENNE',
  "DE L'HOPITAL",
  'DU 8 MAI 1945',
  'DU 19 MARS 1962',
  'DES FRERES LUMIERE',
  'MARIE CURIE',
  'DU MARCHE',
  'DE VERDUN',
  "D'ALSACE LORRAINE",
  'DU MOULIN "A VENT"',
  'DES LILAS',
  'HENRI BARBUSSE',
  'GEORGES CLEMENCEAU',
  'DE LA LIBERATION',
  'DU CHÂTEAU',
  'DES PRÉS',
  'ÉMILE ZOLA',
  'DE LA FONTAINE',
] as const;
const complements = [
  'RESIDENCE LES PINS',
  'BATIMENT B',
  '1ER ETAGE',
  'CENTRE COMMERCIAL GRAND PLACE',
  'ZAC DES CHAMPS',
  "L'ORÉE DU BOIS",
  'LE BOURG',
  'ESCALIER C PORTE 12',
] as const;
const surnames = [
  'DES TILLEULS',
  'DU CENTRE',
  'SAINT JOSEPH',
  'DE LA GARE',
  'DU PARC',
  'LES OLIVIERS',
  'DES ALPES',
  'NOTRE DAME',
  "DE L'EUROPE",
  'DU MARCHE',
  'BEAU SEJOUR',
  'DES QUATRE VENTS',
  'SAINT LOUIS',
  'DE LA FORÊT',
  'DU VAL',
  "D'OR",
] as const;

/** Set apart for fiction by the ARCEP, a range for each zone: `01 99 00 xx xx`. */
const fictionalNumbers = { 1: '019900', 2: '026191', 3: '035301', 4: '046571', 5: '053649' } as const;

export function createStructures(dice: Dice, people: number): Structures {
  const shared = Math.min(MOST_SHARED, Math.max(100, Math.ceil(people / PEOPLE_PER_SHARED)));
  const ranges = divide(shared);
  // One throw of its own for everything that is not a shared structure.
  const own = (holder: number) => -2 - holder;

  return {
    shared,
    sharedAt: (index) => sharedStructure(dice, index, kindOf(ranges, index)),
    sharedFor(kind, thrown, turn) {
      const { start, length } = ranges[kind];
      const place = below(thrown, length);
      const skewed = placeKinds[kind].skewed ? Math.floor((place * place) / length) : place;
      return start + ((skewed + turn) % length);
    },
    ownAt: (holder, name, rpps) => ownPractice(dice, own(holder), holder, name, rpps),
  };
}

interface Range {
  readonly start: number;
  readonly length: number;
}

/** Each kind has its share of the numbers, and two at least: somebody who moves changes place. */
function divide(shared: number): Readonly<Record<PlaceKind, Range>> {
  let start = 0;
  const ranges = Object.entries(placeKinds).map(([kind, { share }]) => {
    const range = { start, length: Math.max(2, Math.floor((shared * share) / 101)) };
    start += share === 0 ? 0 : range.length;
    return [kind, range] as const;
  });
  // The entries are all the kinds, which Object.fromEntries cannot express.
  return Object.fromEntries(ranges) as Readonly<Record<PlaceKind, Range>>;
}

const sharedKinds = Object.entries(placeKinds)
  .filter(([, { share }]) => share > 0)
  // Object.entries forgets the type of the keys.
  .map(([kind]) => kind as PlaceKind);

function kindOf(ranges: Readonly<Record<PlaceKind, Range>>, index: number): PlaceKind {
  return sharedKinds.find((kind) => index < ranges[kind].start + ranges[kind].length) ?? 'group';
}

function sharedStructure(dice: Dice, index: number, kind: PlaceKind): Structure {
  const place = placeKinds[kind];
  const town = townOf(dice, index);
  const finess = place.known === 'F' ? finessOf(index) : '';
  const siren = place.known === 'R' ? '' : withLuhnKey(`999${padded(index, 5)}`);
  const siret = siren && withLuhnKey(`${siren}0001`);
  const opened = pick(place.names, dice(index, topic.name));
  const surname = pick(surnames, dice(index, topic.name + 100));
  const raisonSociale = `${opened} ${surname}${opened.includes('"') ? '"' : ''}`;
  // Industry is abroad now and then: the register knows who watches over a medicine sold in France.
  const foreign =
    kind === 'industry' && isAmong(dice(index, topic.foreign), 0.5)
      ? pick(foreignTowns, dice(index, topic.foreign + 100))
      : undefined;
  const technicalId = { F: `F${finess}`, C: `C${siret}`, R: `R10${padded(index, 12)}` }[place.known];
  return {
    kind,
    numeroSiretSite: siret,
    numeroSirenSite: isAmong(dice(index, topic.filled), 0.1) ? siren : '',
    numeroFinessSite: finess,
    numeroFinessetablissementJuridique: finess && finessOf(1_000_000 + Math.floor(index / 3)),
    identifiantTechniqueDeLaStructure: technicalId,
    raisonSocialeSite: raisonSociale,
    enseigneCommercialeSite: isAmong(dice(index, topic.name + 200), 0.15) ? `${surname} SANTÉ` : '',
    complementDestinataire: isAmong(dice(index, topic.name + 300), 0.3) ? raisonSociale : '',
    ...(foreign === undefined ? addressIn(dice, index, town) : addressAbroad(dice, index, foreign)),
    ...contactsOf(dice, index, town, `contact.${index}@structure.example`),
    ancienIdentifiantDeLaStructure: {
      F: `1${finess}`,
      C: `3${siret}`,
      R: `4${withLuhnKey(`${withLuhnKey(`9971${padded(index, 6)}`)}00`)}`,
    }[place.known],
  };
}

function ownPractice(dice: Dice, subject: number, holder: number, name: string, rpps: string): Structure {
  const town = townOf(dice, subject);
  const rank = padded(holder % 100, 2);
  return {
    kind: 'own',
    numeroSiretSite: '',
    numeroSirenSite: '',
    numeroFinessSite: '',
    numeroFinessetablissementJuridique: '',
    identifiantTechniqueDeLaStructure: `R11${padded(holder, 12)}`,
    raisonSocialeSite: isAmong(dice(subject, topic.name), 0.5) ? `CABINET ${name}` : name,
    enseigneCommercialeSite: isAmong(dice(subject, topic.name + 200), 0.25) ? 'Cabinet individuel' : '',
    complementDestinataire: isAmong(dice(subject, topic.name + 300), 0.35) ? name : '',
    ...addressIn(dice, subject, town),
    ...contactsOf(dice, subject, town, `cabinet.${holder}@soin.example`),
    ancienIdentifiantDeLaStructure: rpps && `4${withLuhnKey(`${rpps}${rank}`)}`,
  };
}

function townOf(dice: Dice, subject: number): Town {
  return pick(towns, dice(subject, topic.town));
}

function addressIn(dice: Dice, subject: number, { commune, delivered, departement, name, postalCode }: Town) {
  const thrown = dice(subject, topic.filled + 100);
  const numbered = dice(subject, topic.number);
  // A hospital's town has a delivery office of its own.
  const cedex = isAmong(dice(subject, topic.distribution), 0.12);
  const filled = isAmong(thrown, 0.35);
  const withDepartement = isAmong(thrown, 0.1);
  return {
    complementPointGeographique: isAmong(dice(subject, topic.complement), 0.12)
      ? pick(complements, dice(subject, topic.complement + 100))
      : '',
    // Real files have letters there too.
    numeroVoie: isAmong(numbered, 0.002) ? 'P' : isAmong(numbered, 0.9) ? `${1 + (numbered % 180)}` : '',
    indiceRepetitionVoie: isAmong(dice(subject, topic.number + 100), 0.05)
      ? pick(['B', 'T', 'Q'], dice(subject, topic.number + 200))
      : '',
    codeTypeDeVoie: pick(streetTypes, dice(subject, topic.street)),
    libelleVoie: pick(streets, dice(subject, topic.street + 100)),
    mentionDistribution: cedex ? `CS ${10_000 + (thrown % 80_000)}` : '',
    bureauCedex: `${postalCode} ${delivered}${cedex ? ' CEDEX' : ''}`,
    codePostal: postalCode,
    codeCommune: filled ? commune : '',
    libelleCommune: filled ? name : '',
    codePays: filled ? '99000' : '',
    codeDepartement: withDepartement ? departement : '',
    libelleDepartement: withDepartement ? (departements[departement] ?? '') : '',
  };
}

function addressAbroad(dice: Dice, subject: number, town: (typeof foreignTowns)[number]) {
  return {
    complementPointGeographique: '',
    numeroVoie: `${1 + (dice(subject, topic.number) % 90)}`,
    indiceRepetitionVoie: '',
    codeTypeDeVoie: '',
    libelleVoie: pick(['HIGH STREET', 'GREAT NORTH ROAD', 'RUE DU LAC'], dice(subject, topic.street)),
    mentionDistribution: '',
    bureauCedex: `${town.postalCode} ${town.name}`,
    codePostal: town.postalCode,
    codeCommune: '',
    libelleCommune: '',
    codePays: town.country,
    codeDepartement: '',
    libelleDepartement: '',
  };
}

function contactsOf(dice: Dice, subject: number, { zone }: Town, mail: string) {
  const thrown = dice(subject, topic.telephone);
  const number = `${fictionalNumbers[zone]}${padded(thrown % 10_000, 4)}`;
  return {
    telephone: isAmong(thrown, 0.8) ? typed(number, dice(subject, topic.telephone + 100)) : '',
    telephone2: isAmong(dice(subject, topic.telephone + 200), 0.04) ? number : '',
    telecopie: isAmong(dice(subject, topic.telecopie), 0.15) ? number : '',
    adresseEMail: isAmong(dice(subject, topic.mail), 0.2) ? mail : '',
  };
}

/** As people typed it: the register does not normalise. */
function typed(number: string, thrown: number): string {
  if (isAmong(thrown, 0.7)) return number;
  return isAmong(thrown, 0.9) ? number.replaceAll(/(\d\d)(?=\d)/g, '$1 ') : `+33${number.slice(1)}`;
}

/** With a letter, as those of the ANS for tests: no real FINESS is that of a department 0B. */
function finessOf(number: number): string {
  return `0B${padded(number, 7)}`;
}

function padded(number: number, digits: number): string {
  return String(number).padStart(digits, '0');
}
