/** Name of an image with the registry that container runtimes add where none is named. */
export function fullImageName(repository: string): string {
  const [first = '', ...rest] = repository.split('/');
  if (rest.length > 0 && (/[.:]/.test(first) || first === 'localhost')) return repository;
  return rest.length === 0 ? `docker.io/library/${repository}` : `docker.io/${repository}`;
}

/** Whether an image's name lies below one of these registries or registry/path prefixes; no prefix = any name does. */
export function isBelow(repository: string, prefixes: readonly string[]): boolean {
  const name = fullImageName(repository);
  const below = prefixes.map((prefix) => prefix.replace(/\/+$/, ''));
  return below.length === 0 || below.some((prefix) => name === prefix || name.startsWith(`${prefix}/`));
}
