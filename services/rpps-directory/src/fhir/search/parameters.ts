import type {
  Coding,
  ContactPoint,
  Extension,
  Identifier,
  Organization,
  Practitioner,
  PractitionerRole,
  Resource,
} from '@medplum/fhirtypes';
import { extensions, type ResourceType } from '../resources/canonicals.ts';
import type { Folding, Token } from './values.ts';

/** Every search parameter, with what of a resource it looks at: the parser, the search, the CapabilityStatement and the reference page read this table. */

interface Named {
  readonly name: string;
  /** What it is defined by: FHIR, or the Annuaire Santé. */
  readonly definition?: string;
  /** For the CapabilityStatement, in French as there. */
  readonly documentation: string;
}

export interface TokenParameter<Of> extends Named {
  readonly type: 'token';
  readonly modifiers: readonly 'of-type'[];
  readonly of: (resource: Of) => readonly Token[];
}

export interface StringParameter<Of> extends Named {
  readonly type: 'string';
  readonly modifiers: readonly ('contains' | 'exact')[];
  readonly folding: Folding;
  readonly of: (resource: Of) => readonly string[];
}

export interface ReferenceParameter<Of> extends Named {
  readonly type: 'reference';
  readonly modifiers: readonly never[];
  readonly target: ResourceType;
  readonly of: (resource: Of) => readonly string[];
}

export interface DateParameter<Of> extends Named {
  readonly type: 'date';
  readonly modifiers: readonly never[];
  readonly of: (resource: Of) => readonly string[];
}

export type Parameter<Of> =
  | TokenParameter<Of>
  | StringParameter<Of>
  | ReferenceParameter<Of>
  | DateParameter<Of>;

const fhir = (name: string) => `http://hl7.org/fhir/SearchParameter/${name}`;
const annuaire = (name: string) => `https://interop.esante.gouv.fr/ig/fhir/annuaire/SearchParameter/${name}`;

export type AnyResource = Practitioner | PractitionerRole | Organization;

const tokens = <Of>(named: Named, of: (resource: Of) => readonly Token[]): TokenParameter<Of> => ({
  ...named,
  type: 'token',
  modifiers: [],
  of,
});
const strings = <Of>(
  named: Named,
  of: (resource: Of) => readonly (string | undefined)[],
  folding: Folding = 'name',
): StringParameter<Of> => ({
  ...named,
  type: 'string',
  modifiers: ['contains', 'exact'],
  folding,
  of: (resource) => of(resource).filter((value) => value !== undefined),
});

const codings = (...lists: readonly (readonly Coding[] | undefined)[]): Token[] =>
  lists.flatMap((list) => list ?? []).map(({ system, code }) => ({ system, code }));

const traced = (resource: Resource, part: string): Extension[] =>
  (resource.meta?.extension ?? [])
    .filter(({ url }) => url === extensions.dataTrace)
    .flatMap(({ extension = [] }) => extension.filter(({ url }) => url === part));

const secure = (telecom: readonly ContactPoint[] = []): (string | undefined)[] =>
  telecom
    .filter(({ extension }) => extension?.some(({ url }) => url === extensions.emailType))
    .map(({ value }) => value);

const numbers = (identifiers: readonly Identifier[] = []): Token[] =>
  identifiers.map(({ system, value, type }) => ({ system, code: value, type: type?.coding?.[0] }));

/** What every resource is searched by. */
function common<Of extends AnyResource>(type: ResourceType): Parameter<Of>[] {
  return [
    tokens(
      {
        name: '_id',
        definition: fhir('Resource-id'),
        documentation: `Recherche sur l'ID de la ressource ${type}.`,
      },
      ({ id }) => [{ code: id }],
    ),
    {
      name: '_lastUpdated',
      definition: fhir('Resource-lastUpdated'),
      documentation: 'Dernière mise à jour. Préfixes : eq, ne, gt, lt, ge, le, sa, eb, ap.',
      type: 'date',
      modifiers: [],
      of: ({ meta }) => (meta?.lastUpdated === undefined ? [] : [meta.lastUpdated]),
    },
    tokens(
      {
        name: 'active',
        definition: fhir(`${type}-active`),
        documentation: 'Ressources actives, ou supprimées depuis moins de 30 jours.',
      },
      ({ active }) => [{ code: String(active) }],
    ),
    tokens(
      {
        name: 'data-information-system',
        definition: annuaire('as-sp-data-information-system'),
        documentation: "Recherche sur le système d'information : RPPS ou FINESS.",
      },
      (resource) => traced(resource, 'systeme-information').map(({ valueCode }) => ({ code: valueCode })),
    ),
    tokens(
      {
        name: 'data-registration-authority',
        definition: annuaire('as-sp-data-registration-authority'),
        documentation: "Recherche sur l'autorité d'enregistrement.",
      },
      (resource) =>
        traced(resource, 'autorite-enregistrement').flatMap(({ valueCodeableConcept }) =>
          codings(valueCodeableConcept?.coding),
        ),
    ),
    {
      ...tokens<Of>(
        {
          name: 'identifier',
          definition: fhir(`${type}-identifier`),
          documentation: 'Recherche sur tous les identifiants.',
        },
        ({ identifier }) => numbers(identifier),
      ),
      modifiers: ['of-type'],
    },
  ];
}

function identifierType<Of extends Practitioner | Organization>(): Parameter<Of> {
  return tokens(
    {
      name: 'identifier-type',
      documentation: "Recherche sur le type d'identifiant. Préférer identifier:of-type.",
    },
    ({ identifier }) => (identifier ?? []).flatMap(({ type }) => codings(type?.coding)),
  );
}

function mailbox<Of extends AnyResource>(documentation: string): Parameter<Of> {
  return strings(
    { name: 'mailbox-mss', definition: annuaire('as-sp-mailbox-mss'), documentation },
    ({ telecom }) => secure(telecom),
    'address of a mailbox',
  );
}

const card = ({ extension }: Practitioner, part: string): Extension[] =>
  (extension ?? [])
    .filter(({ url }) => url === extensions.smartcard)
    .flatMap(({ extension: parts = [] }) => parts.filter(({ url }) => url === part));

const practitioner: Parameter<Practitioner>[] = [
  ...common<Practitioner>('Practitioner'),
  strings(
    {
      name: 'family',
      definition: fhir('individual-family'),
      documentation: "Recherche sur le nom d'exercice.",
    },
    ({ name = [] }) => name.map(({ family }) => family),
  ),
  strings(
    {
      name: 'given',
      definition: fhir('individual-given'),
      documentation: "Recherche sur le prénom d'exercice.",
    },
    ({ name = [] }) => name.flatMap(({ given = [] }) => given),
  ),
  identifierType(),
  mailbox('Recherche sur la messagerie sécurisée de santé du professionnel.'),
  strings(
    {
      name: 'name',
      definition: fhir('Practitioner-name'),
      documentation: "Recherche sur chaque partie du nom : nom, prénom, civilité, civilité d'exercice.",
    },
    ({ name = [] }) =>
      name.flatMap(({ family, given = [], prefix = [], suffix = [] }) => [
        family,
        ...given,
        ...prefix,
        ...suffix,
      ]),
  ),
  strings(
    {
      name: 'number-smartcard',
      definition: annuaire('as-sp-number-smartcard'),
      documentation: 'Recherche sur le numéro de carte.',
    },
    (resource) => card(resource, 'number').map(({ valueString }) => valueString),
    'address of a mailbox',
  ),
  tokens(
    {
      name: 'qualification-code',
      definition: annuaire('as-sp-qualification-code'),
      documentation: "Recherche sur le diplôme, l'exercice professionnel et le savoir-faire.",
    },
    ({ qualification = [] }) => qualification.flatMap(({ code }) => codings(code.coding)),
  ),
  tokens(
    {
      name: 'type-smartcard',
      definition: annuaire('as-sp-type-smartcard'),
      documentation: 'Recherche sur le type de carte.',
    },
    (resource) =>
      card(resource, 'type').flatMap(({ valueCodeableConcept }) => codings(valueCodeableConcept?.coding)),
  ),
];

const practitionerRole: Parameter<PractitionerRole>[] = [
  ...common<PractitionerRole>('PractitionerRole'),
  mailbox("Recherche sur la messagerie sécurisée de santé du professionnel dans la structure d'exercice."),
  {
    name: 'organization',
    definition: fhir('PractitionerRole-organization'),
    documentation: "Situations d'exercice dans la structure.",
    type: 'reference',
    modifiers: [],
    target: 'Organization',
    of: ({ organization }) => (organization?.reference === undefined ? [] : [organization.reference]),
  },
  {
    name: 'practitioner',
    definition: fhir('PractitionerRole-practitioner'),
    documentation: "Situations d'exercice du professionnel.",
    type: 'reference',
    modifiers: [],
    target: 'Practitioner',
    of: ({ practitioner: who }) => (who?.reference === undefined ? [] : [who.reference]),
  },
  tokens(
    {
      name: 'role',
      definition: fhir('PractitionerRole-role'),
      documentation:
        "Recherche sur la fonction, le genre d'activité, le mode d'exercice ou la section du tableau des pharmaciens.",
    },
    ({ code = [] }) => code.flatMap(({ coding }) => codings(coding)),
  ),
];

const organization: Parameter<Organization>[] = [
  ...common<Organization>('Organization'),
  strings(
    {
      name: 'address',
      definition: fhir('Organization-address'),
      documentation: "Recherche sur chaque partie de l'adresse.",
    },
    ({ address = [] }) =>
      address.flatMap(({ line = [], city, postalCode, country }) => [...line, city, postalCode, country]),
  ),
  strings(
    {
      name: 'address-city',
      definition: fhir('Organization-address-city'),
      documentation: 'Recherche sur la commune.',
    },
    ({ address = [] }) => address.map(({ city }) => city),
  ),
  strings(
    {
      name: 'address-line',
      definition: annuaire('as-sp-address-line'),
      documentation: "Recherche sur les lignes de l'adresse.",
    },
    ({ address = [] }) => address.flatMap(({ line = [] }) => line),
  ),
  strings(
    {
      name: 'address-postalcode',
      definition: fhir('Organization-address-postalcode'),
      documentation: 'Recherche sur le code postal.',
    },
    ({ address = [] }) => address.map(({ postalCode }) => postalCode),
  ),
  identifierType(),
  mailbox('Recherche sur la messagerie sécurisée de santé de la structure.'),
  strings(
    {
      name: 'name',
      definition: fhir('Organization-name'),
      documentation: "Recherche sur la raison sociale et l'enseigne.",
    },
    ({ name, alias = [] }) => [name, ...alias],
  ),
  {
    name: 'partof',
    definition: fhir('Organization-partof'),
    documentation: "Établissements rattachés à l'entité juridique.",
    type: 'reference',
    modifiers: [],
    target: 'Organization',
    of: ({ partOf }) => (partOf?.reference === undefined ? [] : [partOf.reference]),
  },
  strings(
    {
      name: 'pharmacy-licence',
      definition: annuaire('as-sp-pharmacy-licence'),
      documentation:
        "Recherche sur le numéro de licence d'officine : aucun extrait ne le donne, rien n'est trouvé.",
    },
    ({ extension = [] }) =>
      extension.filter(({ url }) => url === extensions.pharmacyLicence).map(({ valueString }) => valueString),
  ),
  tokens(
    {
      name: 'type',
      definition: fhir('Organization-type'),
      documentation: "Recherche sur le type de structure et le secteur d'activité.",
    },
    ({ type = [] }) => type.flatMap(({ coding }) => codings(coding)),
  ),
];

const byName = <Of>(list: readonly Parameter<Of>[]): ReadonlyMap<string, Parameter<Of>> =>
  new Map(
    [...list].sort((a, b) => (a.name < b.name ? -1 : 1)).map((parameter) => [parameter.name, parameter]),
  );

export interface ResourceOf {
  readonly Practitioner: Practitioner;
  readonly PractitionerRole: PractitionerRole;
  readonly Organization: Organization;
}

export const parameters: {
  readonly [Type in ResourceType]: ReadonlyMap<string, Parameter<ResourceOf[Type]>>;
} = {
  Practitioner: byName(practitioner),
  PractitionerRole: byName(practitionerRole),
  Organization: byName(organization),
};

/** What may be brought along: `_include` follows a reference, `_revinclude` follows one that leads here. */
export const includes: Readonly<Record<ResourceType, readonly string[]>> = {
  Practitioner: [],
  PractitionerRole: ['PractitionerRole:organization', 'PractitionerRole:practitioner'],
  Organization: ['Organization:partof'],
};
export const revIncludes: Readonly<Record<ResourceType, readonly string[]>> = {
  Practitioner: ['PractitionerRole:practitioner'],
  PractitionerRole: [],
  Organization: ['Organization:partof', 'PractitionerRole:organization'],
};
