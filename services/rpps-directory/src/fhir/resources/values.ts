import type { CodeableConcept, Coding, Extension, Identifier } from '@medplum/fhirtypes';
import { canonicalUrl, labelOf, type TableName } from '@psc/nomenclatures';
import { type IdentifierType, identifierSystems, identifierTypes } from './canonicals.ts';

/**
 * The small values that resources are made of. The files are text that people typed: what FHIR would not have as a string
 * or a code (nothing, blanks alone, control characters) is not written.
 */

export function textOf(value: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what FHIR forbids in a string.
  const text = value.replaceAll(/[\u0000-\u001f\u007f]+/g, ' ').trim();
  return text === '' ? undefined : text;
}

export function codeOf(value: string): string | undefined {
  return textOf(value)?.replaceAll(/\s+/g, ' ');
}

/** A code of a table of the NOS, with its label when we know it. */
export function codingOf(table: TableName | undefined, value: string, label = ''): Coding | undefined {
  const code = codeOf(value);
  if (code === undefined) return undefined;
  const display = textOf(table === undefined ? label : labelOf(table, code) || label);
  return {
    ...(table === undefined ? {} : { system: canonicalUrl(table) }),
    code,
    ...(display === undefined ? {} : { display }),
  };
}

export function conceptOf(codings: readonly (Coding | undefined)[]): CodeableConcept | undefined {
  const coding = known(codings);
  return coding.length === 0 ? undefined : { coding };
}

export function identifierOf(type: IdentifierType, value: string): Identifier | undefined {
  const text = textOf(value);
  if (text === undefined) return undefined;
  return {
    use: 'official',
    type: { coding: [{ system: identifierTypes, code: type }] },
    system: identifierSystems[type],
    value: text,
  };
}

/** Nothing when none of the parts says anything: an extension without value is not one. */
export function extensionOf(url: string, parts: readonly (Extension | undefined)[]): Extension | undefined {
  const extension = known(parts);
  return extension.length === 0 ? undefined : { url, extension };
}

export function stringPart(url: string, value: string): Extension | undefined {
  const valueString = textOf(value);
  return valueString === undefined ? undefined : { url, valueString };
}

export function conceptPart(url: string, codings: readonly (Coding | undefined)[]): Extension | undefined {
  const valueCodeableConcept = conceptOf(codings);
  return valueCodeableConcept && { url, valueCodeableConcept };
}

/** `2026-11-22`, from what the files write: that, `22/11/2026`, or either with a time behind it. */
function dateOf(value: string): string | undefined {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)/.exec(value) ?? [
    '',
    ...(/^(\d\d)\/(\d\d)\/(\d{4})/.exec(value) ?? []).slice(1).reverse(),
  ];
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const date = `${year}-${month}-${day}`;
  const time = Date.parse(`${date}T00:00:00Z`);
  // 31 February is no day: Date.parse refuses it, or would move it to March.
  return Number(year) > 0 && !Number.isNaN(time) && new Date(time).toISOString().startsWith(date)
    ? date
    : undefined;
}

export function periodPart(url: string, from: string, to: string): Extension | undefined {
  const [start, end] = [dateOf(from), dateOf(to)];
  if (start === undefined && end === undefined) return undefined;
  // FHIR refuses a period that ends before it begins (per-1): the end is what is acted on.
  const ordered = start !== undefined && (end === undefined || start <= end);
  return {
    url,
    valuePeriod: {
      ...(start !== undefined && ordered ? { start } : {}),
      ...(end === undefined ? {} : { end }),
    },
  };
}

export function known<Value>(values: readonly (Value | undefined)[]): Value[] {
  return values.filter((value) => value !== undefined);
}

/** The property `name` when there is something to say: FHIR has no empty list. */
export function list<const Name extends string, Value>(
  name: Name,
  values: readonly (Value | undefined)[],
): { readonly [Key in Name]?: Value[] } {
  const said = known(values);
  // The one property is `name`, which a computed key cannot express.
  return (said.length === 0 ? {} : { [name]: said }) as { readonly [Key in Name]?: Value[] };
}
