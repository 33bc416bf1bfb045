/** One line of a table of the NOS (Nomenclatures des Objets de Santé). */
export interface Concept {
  readonly code: string;
  /** As the extracts write it: without the suffix `(SM)` of some official labels. */
  readonly label: string;
  /** No longer given to anybody, and still read: people keep old codes for years. */
  readonly deprecated: boolean;
  /** Days, YYYY-MM-DD; undefined when our source does not tell. */
  readonly validFrom?: string;
  readonly validTo?: string;
}

export interface Table {
  /** As in the names of the official files: `TRE_R38-SpecialiteOrdinale`. */
  readonly id: string;
  /** Undefined when our source does not tell. */
  readonly oid: string | undefined;
  /** How FHIR names it, as the `system` of a coding. */
  readonly canonicalUrl: string;
  readonly concepts: readonly Concept[];
  readonly byCode: ReadonlyMap<string, Concept>;
}

interface Validity {
  readonly validFrom?: string;
  readonly validTo?: string;
  /** For a code that is over, when the day is not known: `validTo` says it otherwise. */
  readonly deprecated?: true;
}

type Row = readonly [code: string, label: string, validity?: Validity];

export function defineTable({
  id,
  oid,
  concepts: rows,
}: {
  readonly id: `TRE_${string}-${string}`;
  readonly oid?: string;
  readonly concepts: readonly Row[];
}): Table {
  const concepts = rows.map(
    ([code, label, validity]): Concept => ({
      code,
      label,
      ...validity,
      deprecated: validity?.deprecated === true || validity?.validTo !== undefined,
    }),
  );
  return {
    id,
    oid,
    // In the leaf, the underscore becomes a dash.
    canonicalUrl: `https://mos.esante.gouv.fr/NOS/${id}/FHIR/${id.replace('_', '-')}`,
    concepts,
    byCode: new Map(concepts.map((concept) => [concept.code, concept])),
  };
}
