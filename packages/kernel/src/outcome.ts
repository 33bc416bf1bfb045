/**
 * What may be refused is a value that the caller must look at, never an exception.
 * `refusal` is a stable code from the closed list of the function that answers it.
 */
export type Outcome<Value, Refusal extends string> = Accepted<Value> | Refused<Refusal>;

export interface Accepted<Value> {
  readonly ok: true;
  readonly value: Value;
}

export interface Refused<Refusal extends string> {
  readonly ok: false;
  readonly refusal: Refusal;
}

export function accepted<Value>(value: Value): Accepted<Value> {
  return { ok: true, value };
}

export function refused<const Refusal extends string>(refusal: Refusal): Refused<Refusal> {
  return { ok: false, refusal };
}
