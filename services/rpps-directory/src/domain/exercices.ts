import { type ActivityField, activityFields, type ExerciceField, exerciceFields } from '@psc/kernel';

/** What tells one exercice of a person from another: profession × category × savoir-faire. */
export const exerciceKeyFields = [
  'codeProfession',
  'codeCategorieProfessionnelle',
  'codeTypeSavoirFaire',
  'codeSavoirFaire',
] as const;

/** The columns of one row that describe a practice: an exercice, and one of its activities. */
export type Practice = Readonly<Record<ExerciceField | ActivityField, string>>;

export type Activity = Readonly<Record<ActivityField, string>>;
export type Exercice = Readonly<Record<ExerciceField, string>> & { readonly activities: Activity[] };

/** Does this row say anything of an exercice? A PSI account may have none. */
export function hasExercice(practice: Practice): boolean {
  return exerciceKeyFields.some((field) => practice[field] !== '') || hasActivity(practice);
}

/** A person without activity has one row whose structure is empty; the authority alone (`CNOM//`) is not an activity. */
export function hasActivity(practice: Practice): boolean {
  return activityFields.some((field) => field !== 'autoriteDenregistrement' && practice[field] !== '');
}

/**
 * The register has one row per person × profession × category × savoir-faire × activity. So does Pro Santé Connect:
 * one exercice per profession × category × savoir-faire, in the file's order, each with its own activities, the same
 * one once. What is said of an exercice twice (its civility, its names) is believed the first time.
 */
export function groupExercices(rows: readonly Practice[]): Exercice[] {
  const exercices = new Map<string, Exercice>();
  const seen = new Set<string>();
  for (const row of rows) {
    if (!hasExercice(row)) continue;
    const key = joined(row, exerciceKeyFields);
    const exercice = exercices.get(key) ?? { ...pick(row, exerciceFields), activities: [] };
    exercices.set(key, exercice);
    if (!hasActivity(row)) continue;
    const activityKey = `${key}|${joined(row, activityFields)}`;
    if (!seen.has(activityKey)) exercice.activities.push(pick(row, activityFields));
    seen.add(activityKey);
  }
  return [...exercices.values()];
}

/** What tells two of them apart: no value holds a `|`. */
function joined<Field extends keyof Practice>(row: Practice, fields: readonly Field[]): string {
  let key = '';
  for (const field of fields) key += `${row[field]}|`;
  return key;
}

function pick<Field extends keyof Practice>(row: Practice, fields: readonly Field[]): Record<Field, string> {
  // A loop, as in `parseRows`.
  const picked: Partial<Record<Field, string>> = {};
  for (const field of fields) picked[field] = row[field];
  // It has exactly the fields asked for.
  return picked as Record<Field, string>;
}
