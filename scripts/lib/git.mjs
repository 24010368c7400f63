import { spawnSync } from 'node:child_process';
import { root } from './paths.mjs';

/** A clone made by another user (a CI machine's habit) is read as it is. Only the environment may say so, not the clone. */
export const trusting = {
  ...process.env,
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'safe.directory',
  GIT_CONFIG_VALUE_0: '*',
};

/** What git prints; undefined when it fails, for example outside of a repository. */
export function git(...args) {
  const options = { cwd: root, env: trusting, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 };
  const { status, stdout } = spawnSync('git', args, options);
  return status === 0 ? stdout : undefined;
}

const files = (...flags) => (git('ls-files', '-z', ...flags) ?? '').split('\0').filter(Boolean);

export const trackedFiles = () => files();
/** Tracked or not yet, but nothing that is ignored. */
export const allFiles = () => [...new Set(files('--cached', '--others', '--exclude-standard'))];
