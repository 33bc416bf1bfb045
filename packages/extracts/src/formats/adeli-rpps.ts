/** CSV of who got which RPPS number, without the prefix of the type (psc-toggle-ids). */
export const adeliRpps2 = ['N° ADELI', 'N° RPPS'] as const;

export type AdeliRppsColumn = (typeof adeliRpps2)[number];
