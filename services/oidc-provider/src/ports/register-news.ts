/** How replicas tell each other that what they remember of the register is old. */
export interface RegisterNews {
  /** Throws `Unavailable` when nobody can be told. */
  announce(): Promise<void>;

  /** Calls `heard` at each announcement, and whenever one may have been missed. Answers how to stop. */
  listen(heard: () => void): () => void;
}
