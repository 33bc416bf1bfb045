/** Who may ask the FHIR face. */
export interface ApiKeys {
  /** Refused when a living key has this name. */
  add(key: NewApiKey): Promise<boolean>;
  /** All of them, the revoked ones too, by name. */
  list(): Promise<readonly ApiKey[]>;
  /** Was there a living key of this name? */
  revoke(name: string): Promise<boolean>;
  /** Whose key this is, when it lives; the day is noted. */
  findHolder(digest: Buffer): Promise<string | undefined>;
}

export interface NewApiKey {
  readonly name: string;
  readonly digest: Buffer;
  readonly createdBy: string;
}

export interface ApiKey {
  readonly name: string;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly lastUsedOn: string | undefined;
  readonly revokedAt: Date | undefined;
}
