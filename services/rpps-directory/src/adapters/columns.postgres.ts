import { activityFields, exerciceFields } from '@psc/kernel';
import { exerciceKeyFields } from '#src/domain/register-row.ts';

/** The column of a field: `codeModeExercice` is kept in `code_mode_exercice`. */
export function columnOf(field: string): string {
  return field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

export const exerciceKeyColumns = exerciceKeyFields.map(columnOf);
export const exerciceColumns = exerciceFields.map(columnOf);
export const activityColumns = activityFields.map(columnOf);

/** `a.x, a.y` */
export function list(columns: readonly string[], alias?: string): string {
  return columns.map((column) => (alias ? `${alias}.${column}` : column)).join(', ');
}
