import type { ApplicationDeclaration } from '@psc/contracts';
import type { ApplicationStatus, FormerSecret } from '#src/domain/application.ts';

/**
 * The applications and their history, as operators see them. What the engine works with is read by `Registry`: a change
 * made here is in force on every replica within the time that docs/decisions/0004 says.
 */
export interface Applications {
  find(clientId: string): Promise<RegisteredApplication | undefined>;
  /** All of them, by identifier. */
  list(filter?: ApplicationFilter): Promise<readonly ApplicationSummary[]>;
  /** What happened to it, the latest last; also of one that was removed. */
  history(clientId: string): Promise<readonly HistoryEntry[]>;
  /** Those that may still be used, and those that may not, by name. */
  registrationTokens(): Promise<readonly RegistrationToken[]>;
  /** Whether this one may be used: before anybody is made to wait for `change`. */
  mayRegister(digest: string, at: number): Promise<boolean>;
  /**
   * Does all of `work` or nothing of it, one after another: whoever else changes applications waits. What `work` answers
   * is answered.
   */
  change<Result>(work: (applications: ChangingApplications) => Promise<Result>): Promise<Result>;
}

/** Each call adds to the history. */
export interface ChangingApplications extends Pick<Applications, 'find' | 'list'> {
  /** How many more may be added. */
  room(): Promise<number>;
  /** False when there is one of this name already, or when there are as many as a provider holds. */
  add(application: NewApplication, entry: Signature): Promise<boolean>;
  /** Replaces what is declared; `secret` of '' takes it away. False when there is none of this name. */
  replace(
    clientId: string,
    change: { readonly declaration: ApplicationDeclaration; readonly secret: string },
    entry: Signature & { readonly fields: readonly string[] },
  ): Promise<boolean>;
  /** False when it does not stand where it is said to (compare and set). */
  changeStatus(
    clientId: string,
    change: { readonly from: ApplicationStatus; readonly to: ApplicationStatus },
    entry: Signature,
  ): Promise<boolean>;
  /** The secret it has becomes the former one, until then; at once the only one without `formerUntil`. */
  changeSecret(
    clientId: string,
    change: { readonly secret: string; readonly formerUntil: number | undefined },
    entry: Signature,
  ): Promise<boolean>;
  /** Forgets one that was never approved. False for any other. */
  remove(clientId: string, entry: Signature): Promise<boolean>;
  /** False when there is one of this name. */
  addRegistrationToken(
    token: Omit<RegistrationToken, 'used' | 'operator'> & { readonly digest: string },
    entry: Signature,
  ): Promise<boolean>;
  removeRegistrationToken(name: string): Promise<boolean>;
  /** Uses it once more. Answers its name; undefined when there is none like this, or it may not be used any more. */
  spendRegistrationToken(digest: string, at: number): Promise<string | undefined>;
}

export interface NewApplication {
  /** Without its status and its secret, which are kept beside it. */
  readonly declaration: ApplicationDeclaration;
  readonly status: ApplicationStatus;
  /** '' for one without. */
  readonly secret: string;
  /** Of the token by which it reads and changes its own request; undefined when an operator added it. */
  readonly registrationDigest?: string | undefined;
}

export interface RegisteredApplication extends NewApplication {
  readonly formerSecret: FormerSecret | undefined;
  /** Epoch milliseconds; undefined without a secret. */
  readonly secretSince: number | undefined;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface ApplicationFilter {
  readonly status?: ApplicationStatus | undefined;
  readonly environment?: 'test' | 'production' | undefined;
  readonly kind?: 'application' | 'intermediary' | undefined;
}

export interface ApplicationSummary {
  readonly clientId: string;
  readonly name: string;
  readonly status: ApplicationStatus;
  readonly environment: 'test' | 'production';
  readonly kind: 'application' | 'intermediary';
  /** '' when it is not known. */
  readonly organisation: string;
  readonly updatedAt: number;
}

/** An initial access token of RFC 7591: lets so many applications register themselves, to be approved. */
export interface RegistrationToken {
  readonly name: string;
  readonly most: number;
  readonly used: number;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** Who made it. */
  readonly operator: string;
}

/** Who changes something, when and why. */
export interface Signature {
  readonly operator: string;
  readonly at: number;
  readonly reason: string;
}

export interface HistoryEntry extends Signature {
  readonly event: 'created' | 'status' | 'settings' | 'secret' | 'removed';
  readonly from: ApplicationStatus | undefined;
  readonly to: ApplicationStatus | undefined;
  /** The settings that changed, by name: never their values. */
  readonly fields: readonly string[];
}
