import type { Address, Extension } from '@medplum/fhirtypes';
import { labelOf } from '@psc/nomenclatures';
import { communes, extensions } from './canonicals.ts';
import type { StructureRow } from './structure.ts';
import { known, list, stringPart, textOf } from './values.ts';

/** as-address-extended: one line for people, with the parts that it is made of; the town and the postal code. */
export function addressOf(row: StructureRow): Address | undefined {
  const { additional, careOf, street, postBox } = linesOf(row);
  const lines = known([careOf, additional, street, postBox]);
  const [city, postalCode] = [cityOf(row), textOf(row.codePostal)];
  const insee = /^[0-9AB]{5}$/.test(row.codeCommune)
    ? { url: extensions.inseeCode, valueCoding: { system: communes, code: row.codeCommune } }
    : undefined;
  if (lines.length === 0 && city === undefined && postalCode === undefined) return undefined;
  const country = textOf(labelOf('R20', row.codePays) || row.codePays);
  return {
    ...list('extension', [insee]),
    ...list(
      'line',
      lines.map(({ text }) => text),
    ),
    ...list(
      '_line',
      lines.map(({ extension }) => ({ extension })),
    ),
    ...(city === undefined ? {} : { city }),
    ...(postalCode === undefined ? {} : { postalCode }),
    ...(country === undefined ? {} : { country }),
  };
}

function linesOf(row: StructureRow) {
  return {
    careOf: line([['careOf', row.complementDestinataire]]),
    additional: line([['additionalLocator', row.complementPointGeographique]]),
    street: line([
      ['houseNumber', row.numeroVoie],
      ['buildingNumberSuffix', row.indiceRepetitionVoie],
      ['streetNameType', row.codeTypeDeVoie],
      ['streetNameBase', row.libelleVoie],
    ]),
    postBox: line([['postBox', row.mentionDistribution]]),
  };
}

/** The town, which most rows only name in the line of delivery, behind its postal code: `25304 PONTARLIER CEDEX`. */
function cityOf({ libelleCommune, bureauCedex }: StructureRow): string | undefined {
  return textOf(libelleCommune) ?? textOf(bureauCedex.replace(/^\s*\d[\dAB]\d{3}\s+/, ''));
}

type Part =
  | 'careOf'
  | 'additionalLocator'
  | 'houseNumber'
  | 'buildingNumberSuffix'
  | 'streetNameType'
  | 'streetNameBase'
  | 'postBox';

function line(
  parts: readonly (readonly [Part, string])[],
): { text: string; extension: Extension[] } | undefined {
  const extension = known(parts.map(([part, value]) => stringPart(extensions[part], value)));
  if (extension.length === 0) return undefined;
  return { text: extension.map(({ valueString }) => valueString).join(' '), extension };
}
