import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bareRepository, git, Person } from '../support/plain-git';
import { at } from '../support/paths';
import { BROKEN, bigFile, OTHERS, SERVICES, TENANTS } from './upstream-files';

export const ROOT = 'platform-gitops';
const UNRELATED = 1_500;
const REFS = 300;

/** Path of a service's file from the top of the repository. */
export const fileOf = (service: string, team = 'labs') => `${ROOT}/services/${team}/${service}/values.yaml`;

/**
 * An existing repository in the upstream layout, bare, as the platform finds it: odd and broken files, 1,500 that are none of its
 * business, history with merges, hundreds of refs, symbolic links and a submodule.
 */
export async function upstreamRepository(folder: string): Promise<string> {
  const repository = await bareRepository(folder, { 'README.md': '# Ours\n', ...unrelated() });
  const person = await Person.clone(repository, `${folder}.people`);
  await person.commit(earlier(), 'feat: onboard labs');
  await mergeABranch(person);
  await person.commit(present(), 'chore: as it is today');
  await addPointers(person);
  await person.push();
  await addRefs(repository);
  rmSync(`${folder}.people`, { recursive: true });
  rmSync(`${folder}.first`, { recursive: true });
  return repository;
}

/** Everything that is there today, but for what is no text. */
export function present(): Record<string, string> {
  const broken = Object.entries(BROKEN).map(([name, [text]]) => [name, text] as const);
  const services = { ...SERVICES, ...Object.fromEntries(broken), big: bigFile() };
  return at(ROOT, {
    ...at('tenants', valuesOf(TENANTS)),
    ...at('services/labs', valuesOf(services)),
    ...OTHERS,
  });
}

/** The same services some versions earlier: what there is to go back to. */
function earlier(): Record<string, string> {
  const older: Record<string, string> = {
    plain: (SERVICES.plain ?? '').replace('1.4.2', '1.4.1'),
    'tag-date': (SERVICES['tag-date'] ?? '').replace('20240101', '20231201'),
    'tag-float': (SERVICES['tag-float'] ?? '').replace('1.10', '1.9'),
    big: bigFile().replace('2026.8.1', '2026.7.0'),
  };
  return at(`${ROOT}/services/labs`, valuesOf(older));
}

function valuesOf(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [`${name}/values.yaml`, text]));
}

function unrelated(): Record<string, string> {
  const names = Array.from({ length: UNRELATED }, (_, n) => `run-${n % 50}/step-${n}.yaml`);
  return at(`${ROOT}/agents-state`, Object.fromEntries(names.map((name) => [name, `state: [ ${name}\n`])));
}

async function mergeABranch({ folder }: Person): Promise<void> {
  const bump = async (path: string, text: string, message: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
    await git(folder, 'add', '--all');
    await git(folder, 'commit', '--quiet', '-m', message);
  };
  await git(folder, 'checkout', '--quiet', '-b', 'bump');
  await bump(
    fileOf('plain'),
    (SERVICES.plain ?? '').replace('1.4.2', '1.4.1-rc1'),
    'chore: bump labs/plain to 1.4.1-rc1',
  );
  await git(folder, 'checkout', '--quiet', 'main');
  await bump(`${ROOT}/README.md`, 'Meanwhile.\n', 'docs: meanwhile');
  await git(folder, 'merge', '--quiet', '--no-ff', '-m', 'Merge branch bump', 'bump');
}

/** Links and a submodule in places where files of ours belong, and one file that is no text. */
async function addPointers(person: Person): Promise<void> {
  const labs = join(person.folder, ROOT, 'services/labs');
  mkdirSync(join(labs, 'linked'));
  symlinkSync('../plain/values.yaml', join(labs, 'linked/values.yaml'));
  mkdirSync(join(labs, 'latin'));
  writeFileSync(join(labs, 'latin/values.yaml'), Buffer.from('# caf\u00e9\nimage: {}\n', 'latin1'));
  mkdirSync(join(labs, 'submodule'));
  await git(person.folder, 'add', '--all');
  const head = await git(person.folder, 'rev-parse', 'HEAD');
  const entry = `160000,${head},${ROOT}/services/labs/submodule`;
  await git(person.folder, 'update-index', '--add', '--cacheinfo', entry);
  await git(person.folder, 'commit', '--quiet', '-m', 'chore: links');
}

async function addRefs(repository: string): Promise<void> {
  const head = await git(repository, 'rev-parse', 'main');
  mkdirSync(join(repository, 'refs/heads/agents'), { recursive: true });
  mkdirSync(join(repository, 'refs/tags'), { recursive: true });
  for (let n = 0; n < REFS; n += 1) {
    writeFileSync(join(repository, n % 3 === 0 ? `refs/tags/v${n}` : `refs/heads/agents/run-${n}`), `${head}\n`);
  }
}
