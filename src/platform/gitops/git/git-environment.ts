/** One `-c name=value`, passed through the environment so that no value shows up in a process listing. */
export type GitConfigEntry = readonly [key: string, value: string];

const FIXED: Readonly<Record<string, string>> = {
  // Whatever the machine's or the user's git configuration says, MCTL behaves the same.
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  LC_ALL: 'C',
  // A path from a repository or a caller is a path, never a pattern or pathspec magic.
  GIT_LITERAL_PATHSPECS: '1',
  // refs/replace/* could make a commit read as something other than what was signed and pushed.
  GIT_NO_REPLACE_OBJECTS: '1',
  // Only reflog entries show this; without it git guesses an address from the host name.
  GIT_COMMITTER_NAME: 'mctl',
  GIT_COMMITTER_EMAIL: 'mctl@localhost',
};

/**
 * Power loss must not take back a commit that was reported as made: objects, the pack index that makes a pack
 * readable, and refs are flushed. `batch` flushes the loose objects of one process with a single disk barrier
 * instead of one per object.
 */
export const DURABLE: readonly GitConfigEntry[] = [
  ['core.fsync', 'objects,derived-metadata,reference'],
  ['core.fsyncMethod', 'batch'],
];

/** To find git and ssh, and for gpg to find its keyring. */
const INHERITED = ['PATH', 'HOME', 'GNUPGHOME'];

/** Complete environment of a git process: nothing else is inherited. */
export function gitEnvironment(
  config: readonly GitConfigEntry[] = [],
  extra: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const inherited = Object.fromEntries(
    INHERITED.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  ) as Record<string, string>;
  return { ...inherited, ...FIXED, ...extra, ...configVariables(config) };
}

function configVariables(config: readonly GitConfigEntry[]): Record<string, string> {
  const pairs = config.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return Object.fromEntries([['GIT_CONFIG_COUNT', String(config.length)], ...pairs]) as Record<string, string>;
}
