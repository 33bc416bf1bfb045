import { describe, expect, it } from 'vitest';
import {
  canonicalUrl,
  conceptOf,
  labelOf,
  oid,
  pharmacistSectionTableOf,
  professionLabelOf,
  professionTableOf,
  roleLabelOf,
  roleTableOf,
  savoirFaireLabelOf,
  savoirFaireTableOf,
  tables,
} from './index.ts';

describe.each(Object.entries(tables))('table %s', (name, table) => {
  it('has its name, and each code once, with a label that an extract can hold', () => {
    expect(table.id).toMatch(new RegExp(`^TRE_${name}-[A-Za-z]+$`));
    const codes = table.concepts.map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.length).toBeGreaterThan(0);
    for (const { code, label } of table.concepts) {
      expect(code).toMatch(/^[0-9A-Z-]+$/);
      expect(label).toMatch(/^[^|\r\n]+$/);
      expect(label.trim()).toBe(label);
    }
  });

  it('says validity in days, whose end follows the beginning', () => {
    for (const { deprecated, validFrom, validTo } of table.concepts) {
      for (const day of [validFrom, validTo])
        if (day !== undefined) expect(new Date(day).toISOString()).toContain(`${day}T`);
      if (validTo !== undefined) {
        expect(deprecated).toBe(true);
        expect(validTo > (validFrom ?? '')).toBe(true);
      }
    }
  });
});

describe('a table', () => {
  it('is known by its OID and by its canonical URL, no two by the same', () => {
    expect(canonicalUrl('G15')).toBe(
      'https://mos.esante.gouv.fr/NOS/TRE_G15-ProfessionSante/FHIR/TRE-G15-ProfessionSante',
    );
    expect(oid('R02')).toBe('1.2.250.1.71.4.2.4');
    expect(oid('G13')).toBeUndefined();
    const all = Object.values(tables);
    const oids = all.map((table) => table.oid).filter((each) => each !== undefined);
    expect(oids.every((each) => /^1\.2\.250\.1(\.\d+)+$/.test(each))).toBe(true);
    expect(new Set(oids).size).toBe(oids.length);
    expect(new Set(all.map((table) => table.canonicalUrl)).size).toBe(all.length);
  });

  it('tells what a code means', () => {
    expect(conceptOf('R38', 'SM53')).toEqual({
      code: 'SM53',
      label: 'Spécialiste en Médecine générale',
      deprecated: false,
    });
    expect(conceptOf('R48', 'DE07')).toEqual({
      code: 'DE07',
      label: 'DE Audioprothésiste',
      deprecated: true,
      validFrom: '2007-07-25',
      validTo: '2025-04-25',
    });
    expect(labelOf('R02', 'SA07')).toBe('Cabinet individuel');
    expect(labelOf('R23', 'S')).toBe('Salarié');
  });

  it('knows nothing of other codes', () => {
    for (const code of ['', 'SM99', 'sm53', 'toString', '__proto__']) {
      expect(conceptOf('R38', code)).toBeUndefined();
      expect(labelOf('R38', code)).toBe('');
    }
  });
});

describe('a code of the register belongs to one table of a union', () => {
  it.each([
    ['10', 'G15', 'Médecin'],
    ['60', 'G15', 'Infirmier'],
    // In both, and over in TRE_G15.
    ['93', 'R95', 'Psychologue'],
    // Over, and in no other.
    ['35', 'G15', 'Aide-soignant'],
    ['71', 'R95', 'Ostéopathe'],
    ['41', 'R94', 'Assistant de service social'],
    ['99', 'R291', 'Acteur participant au système de santé, caractérisé par son rôle'],
    ['00', undefined, ''],
    ['', undefined, ''],
  ])('profession %s: %s', (code, table, label) => {
    expect(professionTableOf(code)).toBe(table);
    expect(professionLabelOf(code)).toBe(label);
  });

  it.each([
    ['S', 'SCD01', 'R38', 'Orthopédie dento-faciale'],
    ['C', 'C33', 'R39', 'Allergologie'],
    ['CEX', 'CEX64', 'R40', 'Urologie'],
    ['DNQ', 'DSM240', 'R42', 'Cancérologie, option Imagerie cancérologie'],
    ['CAPA', 'CAPA06', 'R43', 'Gérontologie'],
    ['PAC', 'PAC00', 'R44', 'Qualification Praticien adjoint contractuel'],
    ['FQ', 'FQ05', 'R45', 'art. R.5141-129 Autovaccins'],
    ['SH', 'SCH60', 'R46', 'Toxicologie et Pharmacologie'],
    ['DEC', 'DEC24', 'R97', "Psychiatrie de l'enfant et de l'adolescent"],
    ['OP', '81', 'G13', 'Acupuncture'],
    ['SST', 'SST27', 'R359', 'Innovation et recherche en sciences biologiques et pharmaceutiques'],
    // Newer than our tables: the type is enough.
    ['S', 'SM999', 'R38', ''],
    // Without its type, or with one that has no table.
    ['', 'SM26', 'R38', 'Qualifié en Médecine générale'],
    ['CM', 'XX1', undefined, ''],
    ['', '', undefined, ''],
  ])('savoir-faire %s %s: %s', (type, code, table, label) => {
    expect(savoirFaireTableOf(type, code)).toBe(table);
    expect(savoirFaireLabelOf(type, code)).toBe(label);
  });

  it.each([
    ['FON-01', 'R21', 'Titulaire de cabinet'],
    ['FON-AU', 'R21', 'Fonction non définie'],
    ['313', 'R85', 'Aide-soignant'],
    ['409', 'R96', 'Maquilleur permanent'],
    ['FON-99', 'R21', ''],
    ['10', undefined, ''],
  ])('role %s: %s', (code, table, label) => {
    expect(roleTableOf(code)).toBe(table);
    expect(roleLabelOf(code)).toBe(label);
  });

  it('section of the pharmacists', () => {
    expect(pharmacistSectionTableOf('A')).toBe('R06');
    expect(pharmacistSectionTableOf('DA')).toBe('G05');
    expect(pharmacistSectionTableOf('Z')).toBeUndefined();
  });
});
