import { installedGit, OLDEST_GIT } from '../../platform/gitops';
import { type Check, failed, ok } from './check';
import { isAtLeast, versionIn } from './version';

const LIMIT_MS = 5_000;
const OLDEST = OLDEST_GIT.join('.');

export const gitCheck: Check = {
  name: 'git',
  limitMs: LIMIT_MS,
  async run() {
    const text = await installedGit(LIMIT_MS).catch(() => undefined);
    if (text === undefined) {
      return failed('git cannot be started', `Install git ${OLDEST} or newer, and see that it is on the PATH of MCTL.`);
    }
    const version = versionIn(text);
    const found = version?.join('.') ?? text;
    const isFit = version !== undefined && isAtLeast(version, OLDEST_GIT);
    return isFit ? ok(found) : failed(`${found} is too old for MCTL`, `Install git ${OLDEST} or newer.`);
  },
};
