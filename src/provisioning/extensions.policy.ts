import { InvalidInput } from '../platform/errors';

/** @throws InvalidInput `extension_not_allowed` with the list of those that are. */
export function requireAllowed(extensions: readonly string[], allowed: readonly string[]): void {
  const refused = extensions.filter((name) => !allowed.includes(name));
  if (refused.length === 0) return;
  throw new InvalidInput(
    `${refused.length === 1 ? 'The extension' : 'The extensions'} ${refused.join(', ')} may not be asked for here.`,
    {
      code: 'extension_not_allowed',
      field: 'extensions',
      got: refused.join(', '),
      allowed,
      fix:
        allowed.length === 0
          ? 'Leave extensions out; an administrator allows some in MCTL_DATABASE_EXTENSIONS.'
          : `Use only: ${allowed.join(', ')}. An administrator may allow more in MCTL_DATABASE_EXTENSIONS.`,
    },
  );
}
