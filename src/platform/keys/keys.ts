import { createPrivateKey, createPublicKey, generateKeyPairSync, hkdfSync, type KeyObject } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ulid } from '../crypto';

/** The keys of this installation, made at first use and kept in the data folder, readable by its owner only. */
export class Keys {
  readonly verifyingKey: KeyObject;
  /** 32 bytes for AES-256-GCM. */
  readonly sealingKey: Uint8Array;
  /** 32 bytes for HMAC-SHA256 over the head of the audit chain. */
  readonly auditKey: Uint8Array;
  /** 32 bytes for AES-256-GCM over values of secrets, where no key file of their own is set. */
  readonly secretsKey: Uint8Array;
  /** 32 bytes for HMAC-SHA256 over the forms of the intake page. */
  readonly formKey: Uint8Array;
  /** 32 bytes for HMAC-SHA256 over what the challenges of custom domains are made of. */
  readonly domainKey: Uint8Array;
  /** 32 bytes for HMAC-SHA256: proves to other replicas that the key is the same. */
  readonly checkKey: Uint8Array;
  /** 32 bytes for HMAC-SHA256: one-time links to GitHub are made with it, so that none is kept. */
  readonly githubLinkKey: Uint8Array;
  /** 32 bytes for AES-256-GCM over what the authorisation server keeps between two requests. */
  readonly oauthObjectKey: Uint8Array;
  /** 32 bytes for AES-256-GCM over the people of connections. */
  readonly oauthConnectionKey: Uint8Array;
  /** 32 bytes for HMAC-SHA256: the ids of clients that registered themselves. */
  readonly oauthClientKey: Uint8Array;
  /** 32 bytes for HMAC-SHA256: each refresh token follows from the one before. */
  readonly oauthRefreshKey: Uint8Array;
  /** 32 bytes for HMAC over the authorisation server's cookies. */
  readonly oauthCookieKey: Uint8Array;
  /** 32 bytes for AES-256-GCM over who is signed in in a browser. */
  readonly browserSessionKey: Uint8Array;
  /** 32 bytes for HMAC-SHA256 over the forms of signed-in browsers. */
  readonly browserFormKey: Uint8Array;
  /** 32 bytes for AES-256-GCM over sign-ins that have only begun. */
  readonly signInKey: Uint8Array;
  /** 32 bytes for AES-256-GCM over what MCP clients hold while a person is at a page. */
  readonly pageStateKey: Uint8Array;

  private constructor(readonly signingKey: KeyObject) {
    this.verifyingKey = createPublicKey(signingKey);
    const derive = (purpose: string) => this.derive(purpose);
    this.sealingKey = derive('mctl confirm tokens v1');
    this.auditKey = derive('mctl audit head v1');
    this.secretsKey = derive('mctl secrets v1');
    this.formKey = derive('mctl intake forms v1');
    this.domainKey = derive('mctl domain challenges v1');
    this.checkKey = derive('mctl key check v1');
    this.githubLinkKey = derive('mctl github links v1');
    this.oauthObjectKey = derive('mctl oauth objects v1');
    this.oauthConnectionKey = derive('mctl oauth connections v1');
    this.oauthClientKey = derive('mctl oauth client ids v1');
    this.oauthRefreshKey = derive('mctl oauth refresh successors v1');
    this.oauthCookieKey = derive('mctl oauth cookies v1');
    this.browserSessionKey = derive('mctl browser sessions v1');
    this.browserFormKey = derive('mctl browser forms v1');
    this.signInKey = derive('mctl sign-in attempts v1');
    this.pageStateKey = derive('mctl page states v1');
  }

  /** 32 bytes, the Ed25519 private key of one generation that signs access tokens. */
  oauthSigningSeed(generation: number): Uint8Array {
    return this.derive(`mctl oauth signing v1 generation ${generation}`);
  }

  /** From what is made for one purpose nobody finds the installation's key, nor what is made for another (RFC 5869). */
  private derive(purpose: string): Uint8Array {
    const seed = this.signingKey.export({ format: 'der', type: 'pkcs8' });
    return new Uint8Array(hkdfSync('sha256', seed, '', purpose, 32));
  }

  /** Opens or makes the key file; safe when two processes do so at once. */
  static open(dataDir: string): Keys {
    const file = keyFile(dataDir);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    return new Keys(createPrivateKey(readIfThere(file) ?? create(dirname(file), file)));
  }

  /** The keys that are there; undefined where there are none. Makes nothing. */
  static find(dataDir: string): Keys | undefined {
    return Keys.read(keyFile(dataDir));
  }

  /** Those of one file; undefined where it is not there. */
  static read(file: string): Keys | undefined {
    const pem = readIfThere(file);
    return pem === undefined ? undefined : new Keys(createPrivateKey(pem));
  }
}

/** Where the keys of a data folder are. */
export function keyFile(dataDir: string): string {
  return join(dataDir, 'keys', 'installation.pem');
}

function create(folder: string, file: string): string {
  const { privateKey } = generateKeyPairSync('ed25519', {
    privateKeyEncoding: { format: 'pem', type: 'pkcs8' },
    publicKeyEncoding: { format: 'pem', type: 'spki' },
  });
  const draft = join(folder, `${ulid()}.tmp`);
  writeFileSync(draft, privateKey, { mode: 0o600, flag: 'wx' });
  try {
    // A link never replaces: whoever comes second uses the key of the first.
    linkSync(draft, file);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(draft);
  }
  return readFileSync(file, 'utf8');
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
