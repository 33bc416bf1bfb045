/**
 * What the API of the Annuaire Santé says that it can do (CapabilityStatement AsServerDPCapabilityStatement of the IG
 * ans.fhir.fr.annuaire), and what this server makes of each point.
 */

export interface ResourceThere {
  readonly interactions: readonly string[];
  readonly include: readonly string[];
  readonly revInclude: readonly string[];
  readonly parameters: Readonly<Record<string, 'token' | 'string' | 'date' | 'reference' | 'uri'>>;
}

const common = {
  _id: 'token',
  _lastUpdated: 'date',
  'data-information-system': 'token',
  'data-registration-authority': 'token',
  identifier: 'token',
} as const;

export const annuaireSante: Readonly<Record<string, ResourceThere>> = {
  Practitioner: {
    interactions: ['read', 'search-type'],
    include: [],
    revInclude: ['PractitionerRole:practitioner'],
    parameters: {
      ...common,
      active: 'token',
      family: 'string',
      given: 'string',
      'identifier-type': 'token',
      'mailbox-mss': 'string',
      name: 'string',
      'number-smartcard': 'string',
      'qualification-code': 'token',
      'type-smartcard': 'token',
    },
  },
  PractitionerRole: {
    interactions: ['read', 'search-type'],
    include: ['*', 'PractitionerRole:organization', 'PractitionerRole:practitioner'],
    revInclude: [],
    parameters: {
      ...common,
      active: 'token',
      'mailbox-mss': 'string',
      organization: 'reference',
      practitioner: 'reference',
      role: 'token',
    },
  },
  Organization: {
    interactions: ['read', 'search-type'],
    include: ['*', 'Organization:partof'],
    revInclude: ['Device:organization', 'HealthcareService:organization', 'PractitionerRole:organization'],
    parameters: {
      ...common,
      active: 'token',
      address: 'string',
      'address-city': 'string',
      'address-line': 'string',
      'address-postalcode': 'string',
      'identifier-type': 'token',
      'mailbox-mss': 'string',
      name: 'string',
      partof: 'reference',
      'pharmacy-licence': 'string',
      type: 'token',
    },
  },
  HealthcareService: {
    interactions: ['read', 'search-type'],
    include: ['*', 'HealthcareService:organization'],
    revInclude: [],
    parameters: {
      ...common,
      _profile: 'uri',
      active: 'token',
      characteristic: 'token',
      organization: 'reference',
      'service-category': 'token',
      'service-type': 'token',
    },
  },
  Device: {
    interactions: ['read', 'search-type'],
    include: ['*', 'Device:organization'],
    revInclude: [],
    parameters: {
      ...common,
      manufacturer: 'string',
      model: 'string',
      organization: 'reference',
      status: 'token',
      type: 'token',
    },
  },
};

const NO_DATA = 'not: no extract of the register holds any';

const everywhere = {
  read: 'same',
  'search-type': 'same, by GET and by POST `_search`',
  _id: 'same',
  _lastUpdated:
    'same. Prefixes eq, ne, gt, lt, ge, le, sa, eb, ap (the IG names gt, ge and eq, its documentation all of these). Our choice: not limited to 30 days; a time without zone is UTC, as in their examples; a role has the time of its person',
  active: 'same. `false`: deleted in the last 30 days',
  'data-information-system':
    'same, with RPPS and FINESS as values. Our choice: FINESS for a structure that FINESS numbers, RPPS for all the rest; no extract names MSS or CG',
  'data-registration-authority':
    "same. Our choice: the three names of the column `Autorité d'enregistrement` are read as those of the person, of the activity and of the structure; codes of TRE_R60 and, as the extracts write them and without a system, ARS and CPAM",
  identifier: 'same: `value`, `system|value`, `system|`, and `identifier:of-type=type system|type|value`',
  'identifier-type': 'same',
  'mailbox-mss': 'same, with `:contains` and `:exact`',
} as const;

/** `same…`, or why not. */
export const verdicts: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Practitioner: {
    ...everywhere,
    'include *': 'none there, none here',
    'PractitionerRole:practitioner': 'same, at most 1,000 in one answer',
    family:
      'same, with `:contains` and `:exact`. `:text`, which the IG lists, is refused: FHIR R4 gives it no meaning for strings',
    given:
      'same, as `family`. `name:family` and `name:given`, as the documentation writes them, are these two',
    name: 'same: each part of the name, civilities too',
    'number-smartcard':
      'same, on Practitioner, where the cards are (the SearchParameter of the IG still names PractitionerRole)',
    'qualification-code': 'same: diploma and its type, profession, category, savoir-faire and its type',
    'type-smartcard': 'same, on Practitioner',
  },
  PractitionerRole: {
    ...everywhere,
    '*': 'same',
    'PractitionerRole:organization': 'same',
    'PractitionerRole:practitioner': 'same',
    identifier: `same. Our choice: the number of the situation d'exercice is in no extract; the value under \`https://rpps.esante.gouv.fr\` is our id of the role, never the ANS's number`,
    'mailbox-mss': 'same: the mailboxes of the person that name the structure of the role',
    organization: 'same: an id, `Organization/id`, or the whole address on this server',
    practitioner: 'same: an id, `Practitioner/id`, or the whole address on this server',
    role: 'same: function, kind of activity, way of practising, section of the pharmacists',
  },
  Organization: {
    ...everywhere,
    '*': 'same',
    'Organization:partof': 'same; and as `_revinclude` too, as the documentation shows it',
    'Device:organization': NO_DATA,
    'HealthcareService:organization': NO_DATA,
    'PractitionerRole:organization': 'same, at most 1,000 in one answer',
    address: 'same: any part of the address begins so',
    'address-city':
      'same. Where the extract names no town, the one of the line of delivery, `PONTARLIER CEDEX`',
    'address-line': 'same',
    'address-postalcode': 'same: `78` finds the department',
    name: 'same; the commercial name (alias) counts too',
    partof:
      'same. Our choice: the legal entities are those whose FINESS number an activity names; they have this number and nothing else',
    'pharmacy-licence': 'accepted, and finds nothing: no extract has the licence',
    type: 'same for the type of organization and the sector; categories and legal status are in no extract',
  },
  HealthcareService: { HealthcareService: NO_DATA },
  Device: { Device: NO_DATA },
};
