/**
 * `sub` as Keycloak writes the users of a federated store: `f:<store's uuid>:<national id>`. Applications treat it as
 * opaque; one that moves from PSC with the same uuid keeps its users.
 */
export interface Subjects {
  subjectOf(nationalId: string): string;
  /** Undefined when this `sub` is not one of ours. */
  nationalIdOf(subject: string): string | undefined;
}

export function createSubjects(storeUuid: string): Subjects {
  const prefix = `f:${storeUuid}:`;
  return {
    subjectOf: (nationalId) => prefix + nationalId,
    nationalIdOf: (subject) =>
      subject.startsWith(prefix) && subject.length > prefix.length ? subject.slice(prefix.length) : undefined,
  };
}
