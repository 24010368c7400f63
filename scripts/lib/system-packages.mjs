import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fail, mustRun, say } from './process.mjs';

/**
 * Everything tests need beyond Node, git and npm packages, in one place:
 * { binary: 'dnsmasq', debian: 'dnsmasq', for: 'the domain tests', folders: () => ['/usr/lib/...'] }
 * `folders` answers further places to look in, for servers that Debian keeps off the PATH. `service` is what the package would
 * start and enable by itself: tests start their own, as a child on a port of its own.
 */
export const systemPackages = [
  { binary: 'sshd', debian: 'openssh-server', for: 'the tests of ssh remotes', service: 'ssh' },
  { binary: 'ssh', debian: 'openssh-client', for: 'the tests of ssh remotes' },
  { binary: 'ssh-keygen', debian: 'openssh-client', for: 'the tests of ssh remotes and signed commits' },
  { binary: 'gpg', debian: 'gnupg', for: 'the tests of signed commits' },
  { binary: 'gpg-agent', debian: 'gnupg', for: 'the tests of signed commits' },
  { binary: 'prlimit', debian: 'util-linux', for: 'the tests of a full disk' },
  { binary: 'openssl', debian: 'openssl', for: 'the tests of https remotes' },
  {
    binary: 'initdb',
    debian: 'postgresql',
    for: 'the database tests',
    service: 'postgresql',
    folders: () => versionsOf('/usr/lib/postgresql'),
  },
  { binary: 'prometheus', debian: 'prometheus', for: 'the resource tests', service: 'prometheus' },
  { binary: 'chromium', debian: 'chromium', for: 'the tests of pages' },
  { binary: 'named', debian: 'bind9', for: 'the domain tests', service: 'named' },
  { binary: 'promtool', debian: 'prometheus', for: 'the resource tests' },
  {
    binary: 'prometheus-alertmanager',
    debian: 'prometheus-alertmanager',
    for: 'the incident tests',
    service: 'prometheus-alertmanager',
  },
];

export async function ensureSystemPackages(needed = systemPackages) {
  const missing = needed.filter((each) => !isPresent(each));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map(({ debian }) => debian))];
  if (!canInstall()) {
    const lines = missing.map((each) => `  - ${each.binary} for ${each.for} (Debian package ${each.debian})`);
    fail(
      `tests need what is not installed here:\n${lines.join('\n')}\ne.g. sudo apt-get install ${packages.join(' ')}`,
    );
  }
  say(`installing ${packages.join(', ')} with apt-get`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await mustRun('apt-get update', 'apt-get', ['update', '-qq'], { env });
  const allowStarts = forbidStarts();
  await mustRun('apt-get install', 'apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], {
    env,
  });
  allowStarts();
  await disable([...new Set(missing.flatMap(({ service }) => service ?? []))]);
  const still = needed.find((each) => !isPresent(each));
  if (still) fail(`${still.debian} is installed, but ${still.binary} is still nowhere to be found`);
}

const POLICY = '/usr/sbin/policy-rc.d';
/** Exit status of a policy that forbids the action (invoke-rc.d.policy). */
const FORBIDDEN = 101;

/** Debian asks this file before a package starts its service. What somebody put there before decides for itself. */
function forbidStarts() {
  if (existsSync(POLICY)) return () => undefined;
  writeFileSync(POLICY, `#!/bin/sh\nexit ${FORBIDDEN}\n`, { mode: 0o755 });
  const remove = () => rmSync(POLICY, { force: true });
  // Also when the installation fails, which ends this process.
  process.once('exit', remove);
  return remove;
}

/** Not started is not enough where systemd would start it with the next boot. */
async function disable(services) {
  if (services.length === 0 || !existsSync('/run/systemd/system')) return;
  await mustRun('systemctl disable', 'systemctl', ['disable', '--now', ...services]);
}

function isPresent({ binary, folders = () => [] }) {
  const path = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return [...path, '/usr/sbin', '/sbin', ...folders()].some((folder) => existsSync(join(folder, binary)));
}

/** `{folder}/{version}/bin` of every version there is. */
function versionsOf(folder) {
  const versions = existsSync(folder) ? readdirSync(folder) : [];
  return versions.map((version) => join(folder, version, 'bin'));
}

function canInstall() {
  return process.getuid?.() === 0 && spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status === 0;
}
