/** The addresses that the FHIR face of the Annuaire Santé names things by (IG ans.fhir.fr.annuaire, on FR Core). */

const annuaire = (id: string) => `https://interop.esante.gouv.fr/ig/fhir/annuaire/StructureDefinition/${id}`;
const frCore = (id: string) => `https://hl7.fr/ig/fhir/core/StructureDefinition/${id}`;
const iso21090 = (part: string) => `http://hl7.org/fhir/StructureDefinition/iso21090-ADXP-${part}`;

/** Where the register is published: the `meta.source` of every resource. */
export const source = 'https://annuaire.esante.gouv.fr';

export const profiles = {
  Practitioner: { base: frCore('fr-core-practitioner'), published: annuaire('as-dp-practitioner') },
  PractitionerRole: {
    base: frCore('fr-core-practitioner-role'),
    published: annuaire('as-dp-practitionerrole'),
  },
  Organization: { base: frCore('fr-core-organization'), published: annuaire('as-dp-organization') },
} as const;

/** The resources that this server has: HealthcareService and Device are in no extract of the register. */
export type ResourceType = keyof typeof profiles;
export const resourceTypes: readonly ResourceType[] = ['Practitioner', 'PractitionerRole', 'Organization'];

export const extensions = {
  dataTrace: annuaire('as-ext-data-trace'),
  smartcard: annuaire('as-ext-smartcard'),
  authorization: annuaire('as-ext-practitioner-authorization'),
  mailboxMetadata: annuaire('as-ext-mailbox-mss-metadata'),
  organizationTypes: annuaire('as-ext-organization-types'),
  pharmacyLicence: annuaire('as-ext-organization-pharmacy-licence'),
  emailType: frCore('fr-core-contact-point-email-type'),
  inseeCode: frCore('fr-core-address-insee-code'),
  careOf: iso21090('careOf'),
  additionalLocator: iso21090('additionalLocator'),
  houseNumber: iso21090('houseNumber'),
  buildingNumberSuffix: iso21090('buildingNumberSuffix'),
  streetNameType: iso21090('streetNameType'),
  streetNameBase: iso21090('streetNameBase'),
  postBox: iso21090('postBox'),
} as const;

/** The types of identifier, and the type of an organization. */
export const identifierTypes = 'https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203';
export const organizationTypes = 'https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-3307';
export const communes = 'https://mos.esante.gouv.fr/NOS/TRE_R13-Commune/FHIR/TRE-R13-Commune';

/** What each type of identifier is numbered by. */
export const identifierSystems = {
  IDNPS: 'urn:oid:1.2.250.1.71.4.2.1',
  RPPS: 'https://rpps.esante.gouv.fr',
  ADELI: 'https://adeli.esante.gouv.fr',
  IDNST: 'urn:oid:1.2.250.1.71.4.2.2',
  FINEG: 'https://finess.esante.gouv.fr',
  FINEJ: 'https://finess.esante.gouv.fr',
  SIREN: 'https://sirene.fr',
  SIRET: 'https://sirene.fr',
  RPPSRG: 'https://rppsrang.esante.gouv.fr',
} as const;
export type IdentifierType = keyof typeof identifierSystems;
