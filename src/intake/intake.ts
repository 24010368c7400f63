import type { Identity } from '../platform/auth/actor';
import type { SecretVersion } from '../platform/secrets';

/** The form that a value must have, e.g. that of a bot token. Plain data, as a page may outlive the process that opened it. */
export interface ValueCheck {
  /** Source of a regular expression over the whole value; must be linear, values are up to 64 KiB long. */
  readonly pattern: string;
  /** For whoever entered something else; says nothing of what was entered. */
  readonly words: string;
}

/** How the value of one name is taken, where that differs from all others: required and kept byte for byte. */
export interface FieldRule {
  /** Version of the value there is: the field may be left empty, which keeps that value. */
  readonly version?: number;
  /** White space around the value is nobody's intent then, and is left out. */
  readonly check?: ValueCheck;
}

/** What a page is asked to collect. */
export interface IntakeRequest {
  readonly team: string;
  readonly service: string;
  /** Names of secrets without a value, or whose value is to be replaced. */
  readonly names: readonly string[];
  /** What the values are for, in a few words for the person who enters them, e.g. `Environment variables of api`. */
  readonly purpose: string;
  /** By name; a map, as a variable may be called `constructor`. */
  readonly rules?: ReadonlyMap<string, FieldRule>;
}

/** The one way to the page. It is shown to whoever asked and kept nowhere. */
export interface IntakeLink {
  readonly url: string;
  /** ISO 8601. */
  readonly expires_at: string;
}

export type StoredName = Pick<SecretVersion, 'name' | 'version'>;

/** What is remembered of a sign-in, for the minutes of a link. */
export type SignedIn = Pick<Identity, 'method' | 'teams'>;

/** A page that somebody has the link of. */
export interface Intake extends IntakeRequest {
  readonly id: string;
  /** Login of whoever asked. */
  readonly actor: string;
  readonly openedAt: Date;
  readonly expiresAt: Date;
  /** SHA-256 in hex of the session that has signed in. */
  readonly sessionHash: string | undefined;
  /** As whom: what roles may rest on, and nothing of the credential. */
  readonly signedIn: SignedIn | undefined;
  /** What was stored; undefined while the link can still be used. */
  readonly stored: readonly StoredName[] | undefined;
}

/** A request with a good link, over a line that nobody reads along. */
export interface Admitted {
  readonly intake: Intake;
  /** Of the link. */
  readonly token: string;
  /** Origin of the page, as the browser sees it. */
  readonly origin: string;
}

/** How long a link is good for, in minutes. */
export const INTAKE_MINUTES = 10;
/** Sign-ins that may fail before a link is closed. */
export const MAX_ATTEMPTS = 5;
