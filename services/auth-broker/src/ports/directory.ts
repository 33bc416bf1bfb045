/** The register, as far as a login page needs it. */
export interface Directory {
  /**
   * The identifier under which the professional is known, whichever of theirs was typed; undefined when nobody has it.
   * Throws `Unavailable`.
   */
  findNationalId(identifier: string): Promise<string | undefined>;
}
