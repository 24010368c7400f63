import { gitDoorUrl, hasHttpBackend } from '../../platform/gitops';
import { LEAST_GIT_PASSWORD } from '../../platform/http/git/git.gate';
import { type Check, failed, ok } from './check';
import { judgeMode, readIfAllowed, unreadable } from './secret-file';

const SETTING = 'MCTL_GIT_PASSWORD_FILE';
const LIMIT_MS = 5_000;

/** Whether Argo CD could read the embedded repository from here; whether it reaches this address only it can tell. */
export const gitDoorCheck: Check = {
  name: 'git door',
  settings: [SETTING, 'MCTL_GIT_URL', 'MCTL_PUBLIC_URL'],
  limitMs: LIMIT_MS,
  async run({ config, isEmbedded }) {
    const file = config.values.gitPasswordFile;
    if (!isEmbedded) return ok('closed: Argo CD follows the remote');
    if (file === undefined) return ok(`closed: ${SETTING} is not set`);
    if (!(await hasHttpBackend(LIMIT_MS))) {
      return failed('git has no http-backend', 'Install it; on Alpine it is the package git-daemon.');
    }
    const password = readIfAllowed(file);
    if (password === undefined) return unreadable(file, SETTING);
    if (password.trim().length >= LEAST_GIT_PASSWORD) return judgeMode(file, `open at ${gitDoorUrl(config)}`);
    return failed(`${file} holds less than ${LEAST_GIT_PASSWORD} characters`, `openssl rand -base64 32 > ${file}`);
  },
};
