/** As chart `tenant` allows them in `githubTeams`. */
const TEAM = /^([a-z0-9-]{1,100})[:/]([a-z0-9._-]{1,100})$/;
/** More than anybody is in; what comes after is not looked at. */
const MOST = 1_000;

/**
 * GitHub teams as `organisation/slug` in lower case, sorted, each once. Takes Dex's form `organisation:slug` as well; whatever has
 * another form names no GitHub team and is left out.
 */
export function teamNames(groups: unknown): string[] {
  if (!Array.isArray(groups)) return [];
  const names = groups.slice(0, MOST).flatMap((group: unknown) => {
    const [, organization, slug] = TEAM.exec(typeof group === 'string' ? group.toLowerCase() : '') ?? [];
    return organization && slug ? [`${organization}/${slug}`] : [];
  });
  return [...new Set(names)].sort();
}
