import type { Meta } from '@medplum/fhirtypes';
import { conceptOf } from '@psc/nomenclatures';
import { extensions, profiles, type ResourceType, source } from './canonicals.ts';
import { codingOf, conceptPart, extensionOf } from './values.ts';

export type InformationSystem = 'RPPS' | 'FINESS';

export interface Provenance {
  readonly updatedAt: Date;
  readonly system: InformationSystem;
  /** '' when no file says it. */
  readonly authority: string;
  /** Does the resource have all that the public profile asks for? A record of ADELI has no RPPS number. */
  readonly conforms: boolean;
}

/** When it last changed here, under which profiles, and whom it comes from. */
export function metaOf(type: ResourceType, { updatedAt, system, authority, conforms }: Provenance): Meta {
  const trace = extensionOf(extensions.dataTrace, [
    // ARS and CPAM alone, as the extracts write them, are no codes of the table.
    conceptPart('autorite-enregistrement', [
      codingOf(conceptOf('R60', authority) ? 'R60' : undefined, authority),
    ]),
    { url: 'systeme-information', valueCode: system },
  ]);
  const { base, published } = profiles[type];
  return {
    lastUpdated: updatedAt.toISOString(),
    source,
    profile: conforms ? [base, published] : [base],
    ...(trace ? { extension: [trace] } : {}),
  };
}

const levels = ['person', 'activity', 'structure'] as const;

/**
 * `Autorité d'enregistrement` is three names, `CNOM/CNOM/ARS`. That they are those of the person, of the activity and of the
 * structure is what we read in it; no document says it. `Variable` is nobody.
 */
export function authorityOf(column: string, level: (typeof levels)[number]): string {
  const name = column.split('/')[levels.indexOf(level)]?.trim() ?? '';
  return /^variable$/i.test(name) ? '' : name;
}
