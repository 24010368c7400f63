import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { markdownTable } from './markdown-table';

/** One rule that this server keeps, and that a test with its number in its name holds it to. */
export interface SecurityRule {
  readonly number: `S${number}`;
  readonly rule: string;
  /** What of the rule no test here holds, and why; undefined = nothing is left. */
  readonly left?: string;
}

/** Where a rule is tested: a file, and how many of its tests name the rule. */
export interface Evidence {
  readonly path: string;
  readonly tests: number;
}

/** Numbers are those of the threat catalogue that the design was checked against; gaps in them belong to parts that are not here. */
export const SECURITY_RULES: readonly SecurityRule[] = [
  { number: 'S01', rule: 'Foreign `Origin` and unknown `Host` are refused, rebinding names and literal addresses too' },
  { number: 'S02', rule: 'Headers that contradict the message are refused, and nothing has run by then' },
  { number: 'S03', rule: 'Oversized, deep, doubled, poisoned or broken bodies get a clean refusal' },
  { number: 'S04', rule: 'Answers never cross between clients that use the same message ids' },
  { number: 'S05', rule: 'A client that hangs up stops reads, and loses no write that was accepted' },
  { number: 'S06', rule: 'Answers that may be cached say so; what depends on the caller is private' },
  { number: 'S07', rule: 'Slow and silent clients cost bounded memory and bounded time' },
  { number: 'S10', rule: 'Every kind of wrong token is 401, with where to get a right one' },
  { number: 'S11', rule: 'Tokens in query strings are not taken, and not logged' },
  { number: 'S12', rule: 'Keys of an issuer rotate without a restart; an outage ends in a closed door' },
  { number: 'S13', rule: 'Addresses of issuers and clients are fetched only where that is safe' },
  { number: 'S14', rule: 'GitHub tokens are off by default, and leave no trace when on' },
  { number: 'S15', rule: 'Where an identity provider does not answer, nobody is let in' },
  {
    number: 'S16',
    rule: 'Who leaves a team, or is revoked, is out within a minute',
    left: 'A JWT of an issuer works until it expires. A remote repository counts at its next poll (`MCTL_GITOPS_POLL`)',
  },
  {
    number: 'S17',
    rule: 'Sign-in: state and codes serve once, PKCE is a must, redirects match exactly, replays end a family',
  },
  { number: 'S20', rule: 'Each tool, each role: a call is refused wherever the list hides the tool' },
  {
    number: 'S21',
    rule: 'What belongs to another team looks like what does not exist',
    left: 'How long an answer takes is not compared',
  },
  { number: 'S22', rule: 'A team in the arguments must be one of the caller’s own' },
  { number: 'S23', rule: 'Read-only holds where work is done, not only where it is offered' },
  { number: 'S24', rule: 'A missing scope is told with all others that are missing' },
  { number: 'S30', rule: 'Names that reach paths, refs, labels, queries or YAML are names' },
  { number: 'S31', rule: 'Nothing in a value can add a key, a document or an anchor to a file' },
  {
    number: 'S32',
    rule: 'Queries are made of escaped matchers; what a caller types is text in them',
    left: 'LogQL: logs are not asked for yet',
  },
  { number: 'S33', rule: 'git runs without a shell, and no text can forge a trailer' },
  {
    number: 'S34',
    rule: 'Images come from allowed registries',
    left: 'Digests are kept where given, not demanded; without `MCTL_IMAGE_REGISTRIES` every registry is allowed',
  },
  { number: 'S35', rule: 'A custom domain is a public name that its owner has proved, and goes on proving' },
  { number: 'S36', rule: 'Addresses that users give are fetched as carefully as those of issuers' },
  { number: 'S40', rule: 'Text from outside is marked, attributed, stripped and cut' },
  { number: 'S41', rule: 'No text from outside changes what the server does' },
  { number: 'S42', rule: 'Planted secrets appear in no answer, log, audit entry or commit' },
  { number: 'S43', rule: 'Errors tell no stack, token, address inside or query, and have a request id' },
  { number: 'S44', rule: 'Descriptions of tools, prompts and resources are fixed, and change only under review' },
  { number: 'S50', rule: 'A confirmation is for one caller, operation, arguments and plan' },
  { number: 'S51', rule: 'A confirmation serves once, however many use it at once' },
  { number: 'S52', rule: 'What was confirmed is done only while it is still what would happen' },
  {
    number: 'S60',
    rule: 'No tool has an argument that could carry a secret',
    left: 'Names of arguments are judged; what their descriptions ask for is left to review (S44)',
  },
  { number: 'S61', rule: 'The page for secrets is for one person, once, for minutes' },
  { number: 'S62', rule: 'Values of secrets go to the secret store; only names come back' },
  { number: 'S70', rule: 'Webhooks prove who sent them over the raw bytes, and count once' },
  { number: 'S71', rule: 'Alertmanager proves its secret; what it sends is checked, bounded and counts once' },
  { number: 'S80', rule: 'Callers, teams, kinds of call and addresses have limits that say when to come back' },
  { number: 'S82', rule: 'What cannot be audited does not happen' },
  { number: 'S83', rule: 'Any edit, gap, swap or cut in the audit trail is found' },
  { number: 'S86', rule: 'No dependency runs a script at installation' },
  { number: 'S87', rule: 'Clocks that differ, leap or change to summer time open no door' },
  { number: 'S88', rule: 'No input ends a line of the log' },
];

/**
 * A name of a test, or of a row that becomes one, begins with the rules it holds: `S10 refuses …`, `S20 S22 …`. Acceptance tests of
 * authorization have numbers of their own, `T1` to `T6`.
 */
const TITLE = /['"`]((?:(?:S\d\d|T\d)[ :,]+)+)/g;

/** @param specs text of every test file, by path. */
export function evidenceOf(number: string, specs: ReadonlyMap<string, string>): Evidence[] {
  return [...specs]
    .map(([path, text]) => ({ path, tests: titles(text).filter((title) => title.includes(number)).length }))
    .filter(({ tests }) => tests > 0)
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Rules that no test names. */
export function untested(specs: ReadonlyMap<string, string>): string[] {
  return SECURITY_RULES.map(({ number }) => number).filter((number) => evidenceOf(number, specs).length === 0);
}

/** The text with the table of rules between its marks. @throws Error where the marks are missing. */
export function withSecurityTable(text: string, specs: ReadonlyMap<string, string>): string {
  const marks = /(<!-- checklist:begin -->\n)[^]*?(<!-- checklist:end -->)/;
  if (!marks.test(text)) {
    throw new Error('docs/security.md has no <!-- checklist:begin --> and <!-- checklist:end -->.');
  }
  const rows = SECURITY_RULES.map(({ number, rule, left }) => {
    const files = evidenceOf(number, specs).map(({ path }) => `[${nameOf(path)}](../${path})`);
    return [number, rule, files.join(', ') || 'not tested', left ?? ''];
  });
  const table = markdownTable(['', 'rule', 'tested in', 'left'], rows);
  return text.replace(marks, (_all, begin: string, end: string) => `${begin}\n${table}\n${end}`);
}

/** Text of every test file of the project, by path relative to its root. */
export function specsIn(root: string): Map<string, string> {
  const paths = ['src', 'test'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)),
  );
  const specs = paths.filter((path) => path.endsWith('.spec.ts'));
  return new Map(specs.map((path) => [path.replaceAll(sep, '/'), readFileSync(join(root, path), 'utf8')]));
}

function titles(text: string): string[] {
  return [...text.matchAll(TITLE)].map(([, numbers = '']) => numbers);
}

function nameOf(path: string): string {
  return path.replace(/^.*\//, '').replace(/\.spec\.ts$/, '');
}
