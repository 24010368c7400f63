import { createPrivateKey } from 'node:crypto';
import { existsSync, readFileSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { keyFileOf } from '../../platform/keys';
import { type Check, failed, type Finding, ok, warning } from './check';
import { modeText, statOf } from './folder-facts';

/** The key that signs MCTL's tokens: whoever reads it is an administrator of the platform. */
export const keysCheck: Check = {
  name: 'keys',
  settings: ['MCTL_DATA_DIR', 'MCTL_KEY_FILE'],
  after: ['data folder'],
  limitMs: 5_000,
  run({ config }) {
    const { dataDir, values } = config;
    const file = keyFileOf(config);
    const stats = statOf(file);
    if (stats) return unusable(file) ?? judgeMode(file, stats);
    if (values.keyFile !== undefined) {
      return failed(`${file} is not there`, 'Restore it from the backup, or correct MCTL_KEY_FILE.');
    }
    return existsSync(join(dataDir, 'mctl.db'))
      ? warning(
          `${file} is gone; the next start makes another one, and tokens signed so far are no longer valid`,
          'Restore it from the backup of the data folder, if there is one.',
        )
      : ok('will be created by the first start');
  },
};

function unusable(file: string): Finding | undefined {
  const problem = unreadable(file);
  return problem === undefined
    ? undefined
    : failed(`${file} ${problem}`, 'Restore it from the backup of the data folder.');
}

/** Whether others than this user can sign tokens with a key. @param own this user; undefined where the system has none. */
export function judgeMode(
  file: string,
  { mode, uid }: Pick<Stats, 'mode' | 'uid'>,
  own = process.geteuid?.(),
): Finding {
  const details = { mode: modeText(mode) };
  const fix = `chmod 600 ${file}`;
  if ((mode & 0o007) !== 0) {
    return failed(`${file} has mode ${modeText(mode)}: anybody here can sign tokens`, fix, { details });
  }
  // A Secret that Kubernetes mounts belongs to root, and the pod reads it as a member of its group (fsGroup): there is no other way.
  const isByGroupOnly = uid !== own && (mode & 0o070) === 0o040;
  if ((mode & 0o070) !== 0 && !isByGroupOnly) {
    return warning(`${file} has mode ${modeText(mode)}: its group can sign tokens`, fix, { details });
  }
  return ok(`${file}, mode ${modeText(mode)}`, { details });
}

function unreadable(file: string): string | undefined {
  let pem: string;
  try {
    pem = readFileSync(file, 'utf8');
  } catch {
    return 'cannot be read by this user';
  }
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'ed25519' ? undefined : 'is not an Ed25519 key';
  } catch {
    return 'holds no private key';
  }
}
