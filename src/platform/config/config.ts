import { resolve } from 'node:path';
import { closest, distance } from 'fastest-levenshtein';
import { oneLine } from '../text/one-line';
import { maskCredentials } from '../text/secrets';
import { argoContradictions } from './argo-rules';
import { builderContradictions } from './builder-rules';
import { gitDoorContradictions } from './git-door-rules';
import { identityContradictions, takesLocalTokens } from './identity-rules';
import type { CiRule } from './oauth-clients';
import { type SignInWay, signInWays } from './oauth-rules';
import type { Setting } from './setting';
import { SETTINGS, type SettingValues } from './settings';
import { vaultContradictions } from './vault-rules';

/** The settings, checked once before anything starts. Durations are milliseconds, sizes KiB. */
export class Config {
  constructor(readonly values: Readonly<SettingValues>) {}

  /** The data folder as an absolute path. */
  get dataDir(): string {
    return resolve(this.values.dataDir);
  }

  /** The administrator whose token `npm start` prints. */
  get localAdmin(): string {
    return this.values.admins[0] ?? 'admin';
  }

  /** Committer of every commit. */
  get committer(): { name: string; email: string } {
    const [, name = 'MCTL', email = 'mctl@localhost'] = /^(.*) <(.*)>$/.exec(this.values.gitopsCommitter) ?? [];
    return { name, email };
  }

  /** MCTL creates databases on a server by itself; otherwise a cluster makes them of manifests. */
  get createsDatabases(): boolean {
    return this.values.databaseAdminUrl !== undefined || this.values.databaseAdminUrlFile !== undefined;
  }

  /** Whether tokens of the local issuer open anything here. Of requests that a proxy passes on they never do. */
  get takesLocalTokens(): boolean {
    return takesLocalTokens(this.values);
  }

  /** Whether clients are told that our own authorisation server gives out tokens to people. */
  get offersOAuth(): boolean {
    return this.values.oauth && this.signInWays.length > 0;
  }

  /** How people may sign in with a browser. */
  get signInWays(): readonly SignInWay[] {
    return signInWays(this);
  }

  /** The team and role of a CI job by its login, `ci+NAME`. */
  assignedRole(login: string): Pick<CiRule, 'team' | 'role'> | undefined {
    const rule = this.values.oauthCi.find(({ name }) => login === `ci+${name}`);
    return rule && { team: rule.team, role: rule.role };
  }

  isAdmin(login: string): boolean {
    return this.values.admins.some((admin) => admin.toLowerCase() === login.toLowerCase());
  }
}

/** All that is wrong with the environment, one line each. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(
      `MCTL cannot start, ${problems.length === 1 ? 'a setting is' : `${problems.length} settings are`} wrong:\n${problems.map((line) => `  - ${line}`).join('\n')}`,
    );
    this.name = ConfigError.name;
  }
}

/**
 * Reads and checks all settings.
 * @throws ConfigError with every problem at once, unknown `MCTL_*` names included: a misspelt limit must not pass silently.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const problems = unknownNames(environment);
  const values: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries<Setting>(SETTINGS)) {
    const { name, schema, fallback } = setting;
    const given = environment[name] ?? fallback;
    const result = schema.safeParse(given);
    if (result.success) values[key] = result.data;
    else problems.push(`${name} ${result.error.issues[0]?.message ?? 'is not valid'}${got(setting, given)}`);
  }
  problems.push(...gitDoorContradictions(values), ...vaultContradictions(values), ...builderContradictions(values));
  problems.push(
    ...contradictions(values),
    ...identityContradictions(values, environment),
    ...argoContradictions(values),
  );
  if (problems.length > 0) throw new ConfigError(problems);
  return new Config(values as SettingValues);
}

/** Longest part of a value that a message repeats. */
const SHOWN_LENGTH = 80;

/** What was given, where that may be shown. A credential in the wrong place is masked all the same. */
function got({ isShown = false }: Setting, given = ''): string {
  if (!isShown) return '';
  const text = oneLine(maskCredentials(given));
  return `, got "${text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text}"`;
}

function unknownNames(environment: Readonly<Record<string, string | undefined>>): string[] {
  const known = Object.values(SETTINGS).map(({ name }) => name);
  return Object.keys(environment)
    .filter((name) => name.startsWith('MCTL_') && !known.some((each) => each === name))
    .map((name) => {
      const near = closest(name, known);
      return `${name} is not a setting${distance(name, near) <= 4 ? `; did you mean ${near}?` : ''}`;
    });
}

/** @param values those settings that could be read. */
function contradictions(values: Partial<SettingValues>): string[] {
  const { admins, commitUrl } = values;
  const problems: string[] = [];
  if (values.databaseAdminUrl !== undefined && values.databaseAdminUrlFile !== undefined) {
    problems.push('MCTL_DATABASE_ADMIN_URL and MCTL_DATABASE_ADMIN_URL_FILE are both set; keep the file');
  }
  if (values.databaseUrl !== undefined && values.gitopsRemote === undefined && 'gitopsRemote' in values) {
    problems.push(
      'DATABASE_URL needs MCTL_GITOPS_REMOTE: the embedded repository is in the data folder of one replica',
    );
  }
  if (admins?.length === 0) problems.push('MCTL_ADMINS must name at least one login');
  if (commitUrl && !commitUrl.includes('{sha}')) problems.push('MCTL_COMMIT_URL must contain {sha}');
  return problems;
}
