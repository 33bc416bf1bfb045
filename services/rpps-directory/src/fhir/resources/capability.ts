import type { CapabilityStatement, CapabilityStatementRestResource } from '@medplum/fhirtypes';
import { includes, parameters, revIncludes } from '../search/parameters.ts';
import { profiles, type ResourceType, resourceTypes } from './canonicals.ts';

/** What this server can do, read from the tables that it does it by. */
export function capabilityStatement(base: string): CapabilityStatement {
  return {
    resourceType: 'CapabilityStatement',
    name: 'PscAnnuaireSante',
    title: 'Annuaire santé, face FHIR',
    status: 'active',
    date: '2026-11-22',
    kind: 'instance',
    description:
      "Les professionnels, leurs situations d'exercice et leurs structures, d'après les extractions en libre accès de l'Annuaire Santé.",
    implementation: { description: 'rpps-directory', url: base },
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'json'],
    rest: [
      {
        mode: 'server',
        documentation:
          'GET et POST _search. Résultats : _count (50, au plus 200), _total, _elements, _include, _revinclude. ' +
          'Pages : suivre le lien next, jamais le construire.',
        security: {
          cors: false,
          description: "Clé d'API dans l'en-tête ESANTE-API-KEY, sauf pour metadata.",
        },
        resource: resourceTypes.map(resourceCapability),
      },
    ],
  };
}

function resourceCapability(type: ResourceType): CapabilityStatementRestResource {
  const [include, revInclude] = [includes[type], revIncludes[type]];
  return {
    type,
    profile: profiles[type].published,
    interaction: [{ code: 'read' }, { code: 'search-type' }],
    versioning: 'no-version',
    conditionalRead: 'not-match',
    referencePolicy: ['literal'],
    ...(include.length > 0 ? { searchInclude: ['*', ...include] } : {}),
    ...(revInclude.length > 0 ? { searchRevInclude: [...revInclude] } : {}),
    searchParam: [...parameters[type].values()].map((parameter) => searchParam(parameter)),
  };
}

interface Described {
  readonly name: string;
  readonly type: 'token' | 'string' | 'reference' | 'date';
  readonly definition?: string;
  readonly documentation: string;
  readonly modifiers: readonly string[];
}

function searchParam({ name, type, definition, documentation, modifiers }: Described) {
  const more = modifiers.length > 0 ? ` Modificateurs : ${modifiers.join(', ')}.` : '';
  return {
    name,
    ...(definition === undefined ? {} : { definition }),
    type,
    documentation: `${documentation}${more}`,
  };
}
