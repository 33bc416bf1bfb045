import { describe, expect, it } from 'vitest';
import { firstGivenName } from './given-name.ts';

describe('the first given name', () => {
  it.each([
    ["PIERRE'DANIEL'PATRICK", 'PIERRE', 'PIERRE'],
    ["Pierre''", 'PIERRE', 'Pierre'],
    ["Jon'Aegon'", '', 'Jon'],
    ["Chantal'Marie'", 'MARIE', 'Chantal'],
    ["N'GOLO''", "N'GOLO", "N'GOLO"],
    ["N'GOLO''", 'KYLIAN', "N'GOLO"],
    ["N'Golo'Jean'Paul", "N'GOLO", "N'Golo"],
    ["JEAN-PAUL''", 'JEAN', 'JEAN-PAUL'],
    ['John', '', 'John'],
    ["''", '', ''],
    ['', 'ALIX', ''],
  ])('of %j, practising as %j, is %j', (column, practised, name) => {
    expect(firstGivenName(column, practised)).toBe(name);
  });
});
