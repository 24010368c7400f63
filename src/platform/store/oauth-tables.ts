/**
 * What the authorisation server keeps between two requests: codes, refresh tokens, grants, interactions, sessions. The id of each is
 * a credential, so only its hash is here; the payload is sealed with a key that the store does not hold.
 */
export interface OAuthObjectRow {
  /** Model of `oidc-provider`, e.g. `RefreshToken`. */
  kind: string;
  /** SHA-256 in hex, like all hashes here: of 256 random bits, so that nobody finds the id by trying. */
  id_hash: string;
  grant_hash: string | null;
  uid_hash: string | null;
  payload: string;
  /** When it was used up; null = it can still be used. */
  consumed_at: string | null;
  expires_at: string;
}

/** Access tokens that were taken back before their time; kept until they would have expired. */
export interface RevokedTokenRow {
  jti_hash: string;
  expires_at: string;
}

/** A client that registered itself (RFC 7591). Nothing in it is secret. */
export interface OAuthClientRow {
  client_id: string;
  /** JSON. */
  metadata: string;
  registered_at: string;
  /** A day after the registration; as long as its connections once it has some. */
  expires_at: string;
}

/** One consent that led to tokens: a person, a client, what the client may do. Its end is the end of all its tokens. */
export interface ConnectionRow {
  id: string;
  grant_hash: string;
  login: string;
  client_id: string;
  client_name: string;
  redirect_host: string;
  /** Divided by single spaces. */
  scopes: string;
  /** Sealed JSON: what the identity provider said at the sign-in. */
  person: string;
  connected_at: string;
  used_at: string;
  expires_at: string;
}

/** What a person agreed to and need not be asked again. */
export interface ConsentRow {
  /** In lower case. */
  login: string;
  client_id: string;
  redirect_uri: string;
  scopes: string;
  agreed_at: string;
  expires_at: string;
}

/** A browser whose person has signed in. The cookie's value is known by its hash only. */
export interface BrowserSessionRow {
  id_hash: string;
  /** Sealed JSON. */
  person: string;
  signed_in_at: string;
  seen_at: string;
  expires_at: string;
}

/** A browser that was sent to an identity provider and may come back once. */
export interface SignInAttemptRow {
  state_hash: string;
  /** Hash of the cookie of the browser that began: no other may end it. */
  browser_hash: string;
  /** Sealed JSON: PKCE verifier, nonce, where to go on. */
  details: string;
  expires_at: string;
}

export interface OAuthTables {
  oauth_objects: OAuthObjectRow;
  oauth_revoked_tokens: RevokedTokenRow;
  oauth_clients: OAuthClientRow;
  oauth_connections: ConnectionRow;
  oauth_consents: ConsentRow;
  browser_sessions: BrowserSessionRow;
  sign_in_attempts: SignInAttemptRow;
}
