/** The register, as far as a login page needs it. */
export interface Directory {
  /** Undefined when nobody has this identifier. Throws `Unavailable`. */
  find(identifier: string): Promise<KnownProfessional | undefined>;
}

export interface KnownProfessional {
  /** The identifier under which they are known, whichever of theirs was asked for. */
  readonly nationalId: string;
  /** False for who was struck off. */
  readonly active: boolean;
}
