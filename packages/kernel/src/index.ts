export { type Clock, systemClock } from './clock.ts';
export {
  type DistinguishedName,
  formatDistinguishedName,
  isSameName,
  type NameAttribute,
  parseDistinguishedName,
} from './distinguished-name.ts';
export { Bug, Unavailable } from './errors.ts';
export { hasLuhnKey, withLuhnKey } from './luhn.ts';
export {
  isRpps,
  type NationalId,
  type NationalIdRefusal,
  parseNationalId,
  withRppsPrefix,
} from './national-id.ts';
export { type Accepted, accepted, type Outcome, type Refused, refused } from './outcome.ts';
export { type ActivityField, activityFields, type ExerciceField, exerciceFields } from './practice.ts';
