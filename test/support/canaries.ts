import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';

/**
 * Credentials that tests give away to see whether MCTL keeps or tells them. Nothing of the tests' own machinery writes these texts
 * into a data folder, so wherever one is found, the program put it. A kind more is a line here, and its use in
 * `security.canaries.spec.ts`.
 */
export const CANARIES = {
  githubToken: 'ghp_CanaryGithubToken0123456789abcdefgh',
  githubAppClientSecret: 'canary-app-client-secret-1a2b3c4d',
  githubWebhookSecret: 'canary-github-webhook-5e6f7a8b',
  alertmanagerSecret: 'canary-alertmanager-9c0d1e2f',
  remoteCredential: 'canary-remote-credential-3a4b5c6d',
  postgresPassword: 'canary-3f9c1b7a',
  prometheusToken: 'canary-prometheus-token-7e8f9a0b',
  intakeValue: 'canary-intake-value-1c2d3e4f-Pa55w0rd',
  envPassword: 'canary-env-password-5a6b7c8d',
  urlPassword: 'canary-url-password-9e0f1a2b',
  collectorToken: 'canary-collector-token-5e6f7a8b',
  signInSecret: 'canary-sign-in-secret-3c4d5e6f',
} as const;

/** Text that somebody saw or that is kept somewhere. */
export interface Seen {
  readonly what: string;
  readonly text: string;
}

/**
 * What stands for a credential: itself, its last piece where it is long (a token cut short is still told), and as base64, hex and in
 * an address.
 */
export function needlesOf(credential: string): string[] {
  const line = isPem(credential) ? (credential.split('\n')[1] ?? '') : (credential.split('.').at(-1) ?? '');
  const core = line.length > 40 ? line.slice(-40) : line;
  const bytes = Buffer.from(credential);
  // Base64 of a text inside of another depends on where it stands: the middle of all three ways is looked for.
  const shifted = [0, 1, 2]
    .map((skip) => bytes.subarray(skip).toString('base64').slice(0, -4))
    .filter((text) => text.length >= 12);
  return [
    ...new Set([core, bytes.toString('hex'), encodeURIComponent(core), ...(credential.length < 60 ? shifted : [])]),
  ];
}

function isPem(text: string): boolean {
  return text.startsWith('-----BEGIN');
}

/** Where any of these credentials stands, by name and place; the credential itself is not repeated. */
export function found(places: readonly Seen[], credentials: Readonly<Record<string, string>>): string[] {
  const wanted = Object.entries(credentials).map(([name, value]) => [name, needlesOf(value)] as const);
  return places.flatMap(({ what, text }) =>
    wanted
      .filter(([, needles]) => needles.some((needle) => text.includes(needle)))
      .map(([name]) => `${name} in ${what}`),
  );
}

/** Forms of credentials that no log line and no console of MCTL may hold, whoever's they are. */
const FORMS: Readonly<Record<string, RegExp>> = {
  'a JWT': /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{20,}/,
  'a GitHub token': /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})/,
  'a private key': /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  'a bearer header': /\bBearer [A-Za-z0-9._~+/-]{20,}/,
  'a password in an address': /:\/\/[^\s/:@"]+:(?!\*|\[masked\]|xxx)[^\s@"/]{6,}@/,
};

/** What in a text has the form of a credential, or is a canary; for output that must hold none. */
export function credentialsIn(text: string): string[] {
  const forms = Object.entries(FORMS).filter(([, form]) => form.test(text));
  return [...forms.map(([what]) => what), ...found([{ what: 'it', text }], CANARIES)];
}

/** @throws Error that names what a program wrote where people and log collectors read, without repeating it. */
export function mustHoldNoCredential(what: string, text: string): void {
  const leaks = credentialsIn(text);
  if (leaks.length > 0) throw new Error(`${what} holds ${leaks.join(', ')}.`);
}

/** Every file below a folder, byte by byte, but for keys that are kept there on purpose. */
export function filesBelow(folder: string, isWanted: (name: string) => boolean = () => true): Seen[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => !name.startsWith(`keys${sep}`) && isWanted(name) && statSync(join(folder, name)).isFile())
    .map((name) => ({ what: name, text: readFileSync(join(folder, name), 'latin1') }));
}

/** Every object of a repository, unpacked, those that no branch reaches included. */
export function objectsOf(gitDir: string): Seen {
  const objects = execFileSync('git', ['--git-dir', gitDir, 'cat-file', '--batch-all-objects', '--batch'], {
    maxBuffer: 512 * 1024 * 1024,
  });
  return { what: `objects of ${gitDir}`, text: objects.toString('latin1') };
}

/** The keys that an installation keeps in its data folder. */
export function ownKeys(dataDir: string): Record<string, string> {
  const folder = join(dataDir, 'keys');
  return Object.fromEntries(
    readdirSync(folder).map((name) => [`key ${name}`, readFileSync(join(folder, name), 'utf8')]),
  );
}

/** Stores and repositories beyond this are those of the tests of size, which hold nothing but what a generator wrote. */
const LARGEST = 32 * 1024 * 1024;

/** @throws Error that names what the store or the repository of a data folder keeps for ever, without repeating it. */
export function mustRestWithoutCredentials(dataDir: string): void {
  const files = filesBelow(dataDir, (name) => name.startsWith('mctl.db')).filter(({ text }) => text.length < LARGEST);
  for (const { what, text } of files) mustHoldNoCredential(`${what} of the program`, text);
  const gitDir = join(dataDir, 'gitops.git');
  const packed = filesBelow(join(gitDir, 'objects')).reduce((sum, { text }) => sum + text.length, 0);
  if (packed > 0 && packed < LARGEST) mustHoldNoCredential('The repository of the program', objectsOf(gitDir).text);
}
