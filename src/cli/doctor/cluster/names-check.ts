import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { SettingValues } from '../../../platform/config';
import { type Check, failed, type Finding, ok } from '../check';

interface Name {
  readonly host: string;
  readonly setting: string;
}

/** Whether this machine, or this pod, resolves the names that the settings hold, as connections will. */
export const namesCheck: Check = {
  name: 'names',
  settings: ['MCTL_GITOPS_REMOTE', 'DATABASE_URL', 'MCTL_LOKI_URL', 'MCTL_PROMETHEUS_URL', 'MCTL_VAULT_ADDR'],
  limitMs: 8_000,
  async run({ config }) {
    const names = namesIn(config.values);
    const problems = await Promise.all(names.map(({ host }) => problemOf(host)));
    return judgeNames(names, problems);
  },
};

export function namesIn(values: Partial<SettingValues>): Name[] {
  const settings: Record<string, string | undefined> = {
    MCTL_GITOPS_REMOTE: values.gitopsRemote,
    DATABASE_URL: values.databaseUrl,
    MCTL_DATABASE_ADMIN_URL: values.databaseAdminUrl,
    MCTL_VAULT_ADDR: values.vaultAddr,
    MCTL_PROMETHEUS_URL: values.prometheusUrl,
    MCTL_LOKI_URL: values.lokiUrl,
  };
  return Object.entries(settings).flatMap(([setting, url]) => {
    const host = hostIn(url ?? '');
    return host === undefined ? [] : [{ setting, host }];
  });
}

/** The host of a URL, or of git's short form `user@host:path`; undefined where there is none to resolve. */
function hostIn(url: string): string | undefined {
  const host = URL.canParse(url) ? new URL(url).hostname : /^[^/@:]+@([^/:]+):/.exec(url)?.[1];
  const name = host?.replace(/^\[|\]$/g, '');
  return name === undefined || name === '' || isIP(name) ? undefined : name;
}

async function problemOf(host: string): Promise<string | undefined> {
  try {
    await lookup(host);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'no answer';
  }
}

export function judgeNames(names: readonly Name[], problems: readonly (string | undefined)[]): Finding {
  const details = {
    names: names.map(({ host, setting }, index) => ({ host, setting, problem: problems[index] ?? null })),
  };
  if (names.length === 0) return ok('no setting holds a name to resolve', { details });
  const unknown = details.names.filter(({ problem }) => problem !== null);
  if (unknown.length === 0) return ok(`${names.map(({ host }) => host).join(', ')}: resolved`, { details });
  return failed(
    `${unknown.map(({ host }) => host).join(', ')} cannot be resolved`,
    `Correct ${unknown.map(({ setting }) => setting).join(', ')}, or look at the DNS of this machine or pod (/etc/resolv.conf, egress to port 53).`,
    { lines: unknown.map(({ host, problem }) => `${host}: ${problem ?? ''}`), details },
  );
}
