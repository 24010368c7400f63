import { Claims } from './claims';
import { type FileProblem, oddFile, type Oddity } from './file-problem';
import { findingsOf } from './findings';
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
  return [...problems, ...claims.problems()].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** What is wrong with a team's own file; a folder without one counts. */
export function tenantProblems(world: World, team: string): readonly FileProblem[] {
  const path = world.layout.tenantFile(team);
  if (world.file(path)) return [...fileProblems(world, path), ...badName(path, team, 'team')];
  return noValues(world, world.layout.tenantFolder(team), 'There is no team of this name.');
}

/** What is wrong with one service; a folder without a file counts, for Argo CD makes an application of it. */
export function serviceProblems(world: World, team: string, service: string): readonly FileProblem[] {
  const path = world.layout.serviceFile(team, service);
  if (world.file(path)) return [...fileProblems(world, path), ...badName(path, service, 'service')];
  return noValues(world, world.layout.serviceFolder(team, service), 'There is no service of this name.');
}

/** Names of all folders of teams, sorted, whether or not there is a file in them. */
export function tenantFolders(world: World): string[] {
  return foldersIn(world, world.layout.under('tenants/'));
}

/** Names of all folders of a team's services, sorted, whether or not there is a file in them. */
export function serviceFolders(world: World, team: string): string[] {
  return foldersIn(world, world.layout.servicesFolder(team));
}

/** Teams that have services and no file of their own, sorted. Nobody is a member of them. */
export function orphanTeams(world: World): string[] {
  return foldersIn(world, world.layout.under('services/')).filter((team) => !world.hasTenant(team));
}

/** A service that no member of any team can see. */
export function orphan(world: World, team: string, service: string): FileProblem[] {
  if (world.hasTenant(team)) return [];
  const path = world.layout.serviceFile(team, service);
  const oddity: Oddity = {
    code: 'no_tenant',
    message: `there is no team ${team}, so nobody but platform administrators can see or change this service.`,
    fix: `Add ${world.layout.tenantFile(team)}, or remove the folder.`,
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

function foldersIn(world: World, folder: string): string[] {
  return world.list(folder).flatMap((name) => (name.endsWith('/') ? [name.slice(0, -1)] : []));
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
  for (const folder of ['tenants/', 'services/']) yield* looseFiles(world, layout.under(folder));
  for (const team of foldersIn(world, layout.under('services/'))) yield* looseFiles(world, layout.servicesFolder(team));
}

/** Submodules and symbolic links in the place of a team or service: the index keeps them as files that cannot be read. */
function looseFiles(world: World, folder: string): string[] {
  return world
    .list(folder)
    .filter((name) => !name.endsWith('/') && world.file(folder + name)?.problem !== undefined)
    .map((name) => folder + name);
}
