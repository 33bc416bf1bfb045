import type { ResourceType } from '../resources/canonicals.ts';
import type { Issue } from '../resources/outcome.ts';
import { includes, type Parameter, parameters, type ResourceOf, revIncludes } from './parameters.ts';
import { alternativesOf, dateAskedOf, typedTokenOf } from './values.ts';

export type Modifier = 'contains' | 'exact' | 'of-type';

/** One parameter as it was asked: any of `alternatives`; several filters must all hold. */
export interface Filter<Of> {
  readonly parameter: Parameter<Of>;
  readonly modifier: Modifier | undefined;
  readonly alternatives: readonly string[];
}

export type Total = 'none' | 'estimate' | 'accurate';

export interface Search<Type extends ResourceType> {
  readonly type: Type;
  readonly filters: readonly Filter<ResourceOf[Type]>[];
  readonly include: readonly string[];
  readonly revInclude: readonly string[];
  readonly count: number;
  readonly total: Total | undefined;
  /** Undefined: all of them. */
  readonly elements: readonly string[] | undefined;
  /** What was understood, in one order: the self link, and what a page link seals. */
  readonly understood: readonly Pair[];
  /** What was not, and is told in the bundle. */
  readonly warnings: readonly Issue[];
}

/** By `_total`, or since nothing else was asked for. */
export function isTotalAsked({ total, count }: Pick<Search<ResourceType>, 'total' | 'count'>): boolean {
  return total !== 'none' && (total !== undefined || count === 0);
}

export type Pair = readonly [name: string, value: string];
export type Handling = 'strict' | 'lenient';

const DEFAULT_COUNT = 50;
const MOST_COUNT = 200;
const MOST_PARAMETERS = 60;
const MOST_ALTERNATIVES = 100;
/** Of all values together, as JSON: a link to the next page holds them, and a server reads no longer ones. */
const MOST_BYTES = 6_000;

export type Parsed<Type extends ResourceType> =
  | { readonly ok: true; readonly search: Search<Type> }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/**
 * Reads the parameters of a search. What has no meaning as a value is refused; what this server does not know is, as FHIR
 * asks, left aside and told (`lenient`, the default) or refused (`Prefer: handling=strict`).
 */
export function parseSearch<Type extends ResourceType>(
  type: Type,
  pairs: readonly Pair[],
  handling: Handling,
): Parsed<Type> {
  const reading = createReading(type, handling);
  if (pairs.length > MOST_PARAMETERS)
    return { ok: false, issues: [problem('too-costly', `at most ${MOST_PARAMETERS} parameters`)] };
  if (pairs.reduce((length, [, value]) => length + bytesOf(value), 0) > MOST_BYTES)
    return { ok: false, issues: [problem('too-costly', `at most ${MOST_BYTES} bytes of values`)] };
  for (const pair of pairs) reading.read(pair);
  return reading.finish();
}

function bytesOf(value: string): number {
  return Buffer.byteLength(JSON.stringify(value)) - 2;
}

function problem(code: Issue['code'], diagnostics: string, parameter?: string): Issue {
  return { severity: 'error', code, diagnostics, ...(parameter === undefined ? {} : { parameter }) };
}

function createReading<Type extends ResourceType>(type: Type, handling: Handling) {
  const errors: Issue[] = [];
  const warnings: Issue[] = [];
  const understood: Pair[] = [];
  const filters: Filter<ResourceOf[Type]>[] = [];
  const include = new Set<string>();
  const revInclude = new Set<string>();
  let count = DEFAULT_COUNT;
  let total: Total | undefined;
  let elements: readonly string[] | undefined;

  const refuse = (code: Issue['code'], diagnostics: string, parameter: string): void => {
    errors.push(problem(code, diagnostics, parameter));
  };
  const unknown = (diagnostics: string, parameter: string): void => {
    if (handling === 'strict') refuse('not-supported', diagnostics, parameter);
    else
      warnings.push({
        severity: 'warning',
        code: 'not-supported',
        diagnostics: `${diagnostics}: left aside`,
        parameter,
      });
  };

  function readFilter(name: string, value: string) {
    const [plain = '', modifier, ...rest] = spelt(name).split(':');
    const parameter: Parameter<ResourceOf[Type]> | undefined = parameters[type].get(plain);
    const shown = nameShown(name);
    if (!parameter) return unknown(`${type} has no search parameter of this name`, shown);
    if (rest.length > 0 || (modifier !== undefined && !parameter.modifiers.some((each) => each === modifier)))
      // A filter that is left aside would find more than what was asked for: FHIR has it refused.
      return refuse('not-supported', `${plain} has no such modifier`, plain);
    const alternatives = alternativesOf(value);
    if (alternatives.length === 0) return;
    if (alternatives.length > MOST_ALTERNATIVES)
      return refuse('too-costly', `at most ${MOST_ALTERNATIVES} values`, plain);
    if (parameter.type === 'date' && alternatives.some((each) => dateAskedOf(each) === undefined))
      return refuse('value', 'not a date as FHIR writes it', plain);
    if (modifier === 'of-type' && alternatives.some((each) => typedTokenOf(each) === undefined))
      return refuse('value', 'expected type system|type code|value', plain);
    // The only ones that a parameter lists.
    filters.push({ parameter, modifier: modifier as Modifier | undefined, alternatives });
    understood.push([modifier === undefined ? plain : `${plain}:${modifier}`, value]);
  }

  function readIncludes(into: Set<string>, name: '_include' | '_revinclude', value: string): void {
    const known = name === '_include' ? includes[type] : revIncludes[type];
    for (const each of value.split(',').filter((part) => part !== '')) {
      const all =
        each === '*' ? known : known.filter((one) => one === each || each === `${one}:${targetOf(one)}`);
      for (const one of all) into.add(one);
      if (all.length > 0 || each === '*') understood.push([name, each]);
      else unknown(`${type} has no such ${name}`, name);
    }
  }

  const results: Readonly<Record<string, (value: string) => void>> = {
    _include: (value) => readIncludes(include, '_include', value),
    _revinclude: (value) => readIncludes(revInclude, '_revinclude', value),
    _count(value) {
      if (!/^\d{1,9}$/.test(value)) return refuse('value', 'expected a number', '_count');
      count = Math.min(Number(value), MOST_COUNT);
      understood.push(['_count', String(count)]);
    },
    _total(value) {
      if (value !== 'none' && value !== 'estimate' && value !== 'accurate')
        return refuse('value', 'expected none, estimate or accurate', '_total');
      total = value;
      understood.push(['_total', value]);
    },
    _elements(value) {
      if (value === '') return;
      const names = value.split(',').map((name) => name.trim().replace(`${type}.`, ''));
      elements = [...(elements ?? []), ...names.filter((name) => /^[A-Za-z]{1,40}$/.test(name))];
      understood.push(['_elements', value]);
    },
    // Content negotiation has read it.
    _format: () => undefined,
    _pretty: () => undefined,
  };

  return {
    read([name, value]: Pair) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: nothing in the register holds any, and PostgreSQL refuses the first.
      if (/[\u0000-\u001f\u007f]/.test(value))
        return void errors.push(
          problem('invalid', 'control characters have no meaning here', nameShown(name)),
        );
      const result = Object.hasOwn(results, name) ? results[name] : undefined;
      if (result) result(value);
      else readFilter(name, value);
    },
    finish(): Parsed<Type> {
      if (errors.length > 0) return { ok: false, issues: errors };
      const search = {
        type,
        filters,
        include: [...include],
        revInclude: [...revInclude],
        count,
        total,
        elements,
        understood,
        warnings,
      };
      return { ok: true, search };
    },
  };
}

/** The documentation of the Annuaire Santé writes `name:family`, which is no modifier of FHIR: it is the parameter `family`. */
function spelt(name: string): string {
  return name === 'name:family' || name === 'name:given' ? name.slice('name:'.length) : name;
}

/** `PractitionerRole:practitioner` may be written with the type that it leads to, of which each has one. */
function targetOf(include: string): ResourceType {
  if (include.endsWith(':practitioner')) return 'Practitioner';
  return 'Organization';
}

/** The name of a parameter is in an answer only when it looks like one. */
function nameShown(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_:.-]{0,60}$/.test(name) ? name : '?';
}
