import { adeliRpps2 } from './adeli-rpps.ts';
import { diplAutExerc13 } from './dipl-autexerc.ts';
import { mssante31 } from './mssante.ts';
import { personneActivite48, personneActivite52, personneActivite56 } from './personne-activite.ts';
import { porteurs17 } from './porteurs.ts';
import { proSanteConnect49, proSanteConnect50, proSanteConnect51 } from './pro-sante-connect.ts';
import { savoirFaire13 } from './savoir-faire.ts';

export const extractKinds = [
  'personne-activite',
  'savoir-faire',
  'dipl-autexerc',
  'mssante',
  'porteurs',
  'pro-sante-connect',
  'adeli-rpps',
] as const;
export type ExtractKind = (typeof extractKinds)[number];

/** How a kind of file is written. */
export interface ExtractFormat {
  /** Of the name of the file, before `_YYYYMMDDHHMM.txt`. */
  readonly name: string;
  readonly extension: 'txt' | 'csv';
  readonly separator: '|' | ';';
  /** Node's names: `latin1` is ISO-8859-1 for every character that we write. */
  readonly encoding: 'utf8' | 'latin1';
  /** Header and rows end with a separator too, as the files of 2018 to 2024 do. */
  readonly trailingSeparator: boolean;
  /** Its shapes through the years, the newest first. */
  readonly shapes: readonly [newest: readonly string[], ...older: (readonly string[])[]];
}

const text = { extension: 'txt', separator: '|', encoding: 'utf8', trailingSeparator: true } as const;

export const extractFormats: Readonly<Record<ExtractKind, ExtractFormat>> = {
  'personne-activite': {
    ...text,
    name: 'PS_LibreAcces_Personne_activite',
    shapes: [personneActivite56, personneActivite52, personneActivite48],
  },
  'savoir-faire': { ...text, name: 'PS_LibreAcces_SavoirFaire', shapes: [savoirFaire13] },
  'dipl-autexerc': { ...text, name: 'PS_LibreAcces_Dipl_AutExerc', shapes: [diplAutExerc13] },
  mssante: {
    ...text,
    name: 'Extraction_Correspondance_MSSante',
    trailingSeparator: false,
    shapes: [mssante31],
  },
  porteurs: { ...text, name: 'Porteurs_CPS_CPF', encoding: 'latin1', shapes: [porteurs17] },
  'pro-sante-connect': {
    ...text,
    name: 'Extraction_ProSanteConnect_Personne_activite',
    shapes: [proSanteConnect51, proSanteConnect50, proSanteConnect49],
  },
  'adeli-rpps': {
    name: 'Correspondance_ADELI_RPPS',
    extension: 'csv',
    separator: ';',
    encoding: 'utf8',
    trailingSeparator: false,
    shapes: [adeliRpps2],
  },
};

/** `PS_LibreAcces_SavoirFaire_202601020843.txt`; the moment has twelve digits. */
export function extractFileName(kind: ExtractKind, moment: string): string {
  const { name, extension } = extractFormats[kind];
  return `${name}_${moment}.${extension}`;
}
