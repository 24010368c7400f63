import { Claims } from './claims';
import { brokenFile, type FileProblem, oddFile, type Oddity } from './file-problem';
import { findingsOf } from './findings';
import { foldersAbove, ONBOARDING } from './layout';
import type { World } from './world';

/**
 * Every file and folder of ours that is broken, or odd in a way that matters, sorted by path. Parses each file that nobody has looked
 * at yet, about a millisecond each; what `Inspection` has seen costs nothing any more.
 */
export function inspectWorld(world: World): FileProblem[] {
  const steps = inspecting(world);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** The same in steps of one file, for whoever must do other things in between. The world may move on meanwhile. */
export function* inspecting(world: World): Generator<void, FileProblem[], void> {
  const problems: FileProblem[] = [];
  const claims = new Claims();
  for (const team of tenantFolders(world)) {
    yield;
    problems.push(...tenantProblems(world, team));
  }
  for (const team of foldersIn(world, world.layout.under('services/'))) {
    for (const service of serviceFolders(world, team)) {
      yield;
      problems.push(...serviceProblems(world, team, service), ...orphan(world, team, service));
      claim(claims, world, team, service);
    }
  }
  for (const path of otherFiles(world)) {
    yield;
    problems.push(...fileProblems(world, path));
  }
  problems.push(...strayProblems(world, new Set(problems.map(({ path }) => path))));
  return [...problems, ...claims.problems()].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** What stands in the place of one of these folders (`a/b/`), or of one above it; where there is such a thing, nobody can read it. */
export function folderProblems(world: World, folders: readonly string[]): FileProblem[] {
  const problems = folders.flatMap((folder) => {
    const path = foldersAbove(folder).find((above) => world.file(above) !== undefined);
    const obstacle = world.obstacleAbove(folder);
    return path !== undefined && obstacle ? [brokenFile(path, obstacle)] : [];
  });
  return [...new Map(problems.map((problem) => [problem.path, problem])).values()];
}

/** What is wrong with a team's own file; a folder without one counts. */
export function tenantProblems(world: World, team: string): readonly FileProblem[] {
  const path = world.layout.tenantFile(team);
  if (world.file(path)) return [...fileProblems(world, path), ...badName(path, team, 'team')];
  const folder = world.layout.tenantFolder(team);
  return pointerProblems(world, folder) ?? noValues(world, folder, 'There is no team of this name.');
}

/** What is wrong with one service; a folder without a file counts, for Argo CD makes an application of it. */
export function serviceProblems(world: World, team: string, service: string): readonly FileProblem[] {
  const path = world.layout.serviceFile(team, service);
  if (world.file(path)) return [...fileProblems(world, path), ...badName(path, service, 'service')];
  const folder = world.layout.serviceFolder(team, service);
  return pointerProblems(world, folder) ?? noValues(world, folder, 'There is no service of this name.');
}

/** Names of all folders of teams, sorted, whether or not there is a file in them, and of what stands in the place of one. */
export function tenantFolders(world: World): string[] {
  return placesIn(world, world.layout.under('tenants/'));
}

/** Names of all folders of a team's services, sorted, whether or not there is a file in them, and of what stands in the place of one. */
export function serviceFolders(world: World, team: string): string[] {
  return placesIn(world, world.layout.servicesFolder(team));
}

/** Teams that have services and no file of their own, sorted. Nobody is a member of them. */
export function orphanTeams(world: World): string[] {
  const teams = new Set(world.teams());
  return foldersIn(world, world.layout.under('services/')).filter((team) => !teams.has(team));
}

/** A service that nobody reaches: each tool asks for the team first, of administrators too. They are told of it in lists. */
export function orphan(world: World, team: string, service: string): FileProblem[] {
  if (world.hasTenant(team)) return [];
  const path = world.layout.serviceFile(team, service);
  const file = world.layout.tenantFile(team);
  const oddity: Oddity = {
    code: 'no_tenant',
    message: `there is no team ${team}, so no tool reaches this service until ${file} exists.`,
    fix: 'Add that file, or remove the folder of this service.',
  };
  return world.file(path) ? [oddFile(path, oddity)] : [];
}

function claim(claims: Claims, world: World, team: string, service: string): void {
  const path = world.layout.serviceFile(team, service);
  const file = world.file(path);
  if (file) claims.add(path, `${team}-${service}`, findingsOf(file, world.layout.kindOf(path)).hosts);
}

function fileProblems(world: World, path: string): readonly FileProblem[] {
  const file = world.file(path);
  return file ? findingsOf(file, world.layout.kindOf(path)).problems : [];
}

/** Sorted by the bare name, as pages are: with its slash `api` would come after `api-2`. */
function foldersIn(world: World, folder: string): string[] {
  return world
    .list(folder)
    .flatMap((name) => (name.endsWith('/') ? [name.slice(0, -1)] : []))
    .sort();
}

function placesIn(world: World, folder: string): string[] {
  const loose = looseFiles(world, folder).map((path) => path.slice(folder.length));
  return loose.length > 0 ? [...foldersIn(world, folder), ...loose].sort() : foldersIn(world, folder);
}

/** Undefined where no submodule or symbolic link stands in the place of the folder. */
function pointerProblems(world: World, folder: string): readonly FileProblem[] | undefined {
  const path = folder.slice(0, -1);
  return world.file(path)?.problem === undefined ? undefined : fileProblems(world, path);
}

/** What is in the way of our folders, or has a name that cannot be written, and has not been named yet. */
function strayProblems(world: World, named: ReadonlySet<string>): FileProblem[] {
  const { layout } = world;
  const strays = world.strays().flatMap((path) => fileProblems(world, path));
  const folders = tenantFolders(world).map((team) => layout.servicesFolder(team));
  const blocked = folderProblems(world, folders).filter(({ path }) => !layout.places.has(path));
  return [...strays, ...blocked].filter(({ path }) => !named.has(path));
}

function noValues(world: World, folder: string, so: string): FileProblem[] {
  const isFolder = world.list(folder).includes('values.yaml/');
  const message = isFolder
    ? `values.yaml is a folder where a file belongs. ${so}`
    : `the folder holds no values.yaml. ${so}`;
  return [
    oddFile(folder, { code: 'no_values_file', message, fix: 'Add the file values.yaml, or remove the whole folder.' }),
  ];
}

/** `Name` of the tool contract (see `platform/operations/arguments.dto.ts`, which stands on this folder). */
const NAME = /^[a-z]([a-z0-9-]{0,29}[a-z0-9])?$/;

function badName(path: string, name: string, what: string): FileProblem[] {
  if (NAME.test(name)) return [];
  const message = `the name of this ${what} is longer than 31 characters, or not lower-case letters, digits and hyphens that start with a letter; no tool takes it.`;
  return [oddFile(path, { code: 'bad_name', message, fix: 'Rename the folder.' })];
}

/** Files of ours that are neither a tenant's nor a service's values, and what is no folder where only folders belong. */
function* otherFiles(world: World): Iterable<string> {
  const { layout } = world;
  for (const folder of ['previews/', 'databases/', 'domains/', 'templates/', 'argocd/projects/']) {
    yield* world.filesUnder(layout.under(folder));
  }
  for (const name of world.list(layout.under('argo-workflows/'))) {
    if (/^sso-team-.*\.yaml$/.test(name)) yield layout.under(`argo-workflows/${name}`);
  }
  yield* looseFiles(world, layout.under('services/'));
  for (const team of foldersIn(world, layout.under('services/'))) yield* onboardings(world, team);
}

function onboardings(world: World, team: string): string[] {
  const folder = world.layout.servicesFolder(team);
  return world
    .list(folder)
    .filter((name) => name.endsWith(ONBOARDING))
    .map((name) => folder + name);
}

/** Submodules and symbolic links in the place of a team's or service's folder: the index keeps them as files that cannot be read. */
function looseFiles(world: World, folder: string): string[] {
  return world
    .list(folder)
    .filter((name) => !name.endsWith('/') && world.file(folder + name)?.problem !== undefined)
    .map((name) => folder + name);
}
