import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bareRepository, git, Person } from '../../../test/support/plain-git';
import type { FileIndex } from './file-index';
import { ObjectReader } from './git';
import { Layout } from './layout';
import { loadFiles, requireFolders, updateFiles } from './load-files';

const SERVICE = 'services/labs/api/values.yaml';
const TENANT = 'tenants/labs/values.yaml';

let scratch: string;
let repository: string;
let person: Person;
let reader: ObjectReader;

async function begin(root: string): Promise<void> {
  const under = (path: string) => (root ? `${root}/${path}` : path);
  repository = await bareRepository(join(scratch, 'r.git'), { [under(SERVICE)]: 'a: 1\n', [under(TENANT)]: 'b: 1\n' });
  person = await Person.clone(repository, join(scratch, 'person'));
  reader = new ObjectReader(repository);
}

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'mctl-strays-'));
});
afterEach(async () => {
  await reader.close();
  rmSync(scratch, { recursive: true, force: true });
});

/** What somebody commits: the head after it. */
async function pushed(change: () => void): Promise<string> {
  change();
  await person.commit({}, 'chore: a change');
  await person.push();
  return git(person.folder, 'rev-parse', 'HEAD');
}

const load = (head: string, layout: Layout) => loadFiles(reader, head, layout, () => undefined);
const nothing = () => undefined;

function seen(files: FileIndex, layout: Layout): unknown {
  const below = (folder: string): unknown[] =>
    files.list(folder).flatMap((name) => (name.endsWith('/') ? below(folder + name) : [files.get(folder + name)]));
  return { all: below(''), strays: [...files.strays].sort(), folders: layout.folders.map((f) => files.list(`${f}/`)) };
}

/** Follows from one head to another; the same as reading the second anew. */
async function followed(files: FileIndex, [from, to]: [string, string], layout: Layout): Promise<void> {
  await updateFiles(reader, { from, to }, layout, files);
  expect(seen(files, layout)).toEqual(seen(await load(to, layout), layout));
}

const inTree = (path: string) => join(person.folder, path);

function linkAway(path: string): void {
  renameSync(inTree(path), inTree('moved'));
  symlinkSync('moved', inTree(path));
}

function fileInstead(path: string): void {
  renameSync(inTree(path), inTree('moved'));
  writeFileSync(inTree(path), 'x\n');
}

function putBack(path: string): void {
  rmSync(inTree(path));
  renameSync(inTree('moved'), inTree(path));
}

it.each([
  ['a link', 'platform-gitops', 'platform-gitops/services', linkAway, 'symbolic link'],
  ['a link', 'platform-gitops', 'platform-gitops', linkAway, 'symbolic link'],
  ['a link', 'of/ours', 'of', linkAway, 'symbolic link'],
  ['a link', 'of/ours', 'of/ours', linkAway, 'symbolic link'],
  ['a link', '', 'services', linkAway, 'symbolic link'],
  ['a file', 'of/ours', 'of', fileInstead, 'a file'],
  ['a file', 'platform-gitops', 'platform-gitops/tenants', fileInstead, 'a file'],
])('finds %s, root "%s", in the place of %s, and the folder again', async (_what, root, path, put, problem) => {
  await begin(root);
  const layout = new Layout(root);
  const first = await pushed(nothing);
  const files = await load(first, layout);
  expect(files.strays).toEqual([]);
  const second = await pushed(() => put(path));
  await followed(files, [first, second], layout);
  expect(files.strays).toEqual([path]);
  expect(files.get(path)?.problem).toContain(problem);
  await expect(requireFolders(reader, second, [layout.under(SERVICE), layout.under(TENANT)])).rejects.toMatchObject({
    code: 'unreadable_file',
    message: expect.stringContaining(`${path} cannot be read`),
  });
  const third = await pushed(() => putBack(path));
  await followed(files, [second, third], layout);
  expect(files.strays).toEqual([]);
  expect(files.get(layout.under(SERVICE))?.text).toBe('a: 1\n');
  await requireFolders(reader, third, [layout.under(SERVICE), layout.under(TENANT), layout.under('new/x')]);
});

it('finds a submodule in the place of a folder, and a link that comes where there was nothing', async () => {
  await begin('p');
  const layout = new Layout('p');
  const first = await pushed(nothing);
  const files = await load(first, layout);
  const second = await pushed(() => symlinkSync('elsewhere', inTree('p/argocd')));
  await followed(files, [first, second], layout);
  await git(person.folder, 'rm', '-rq', '--cached', 'p/services');
  await git(person.folder, 'update-index', '--add', '--cacheinfo', `160000,${first},p/services`);
  await git(person.folder, 'commit', '--quiet', '-m', 'chore: a submodule');
  await person.push();
  const third = await git(person.folder, 'rev-parse', 'HEAD');
  await followed(files, [second, third], layout);
  expect(files.strays).toEqual(['p/argocd', 'p/services']);
  expect(files.get('p/services')?.problem).toContain('submodule');
});

it('keeps files apart whose names are no UTF-8, one going without the other', async () => {
  await begin('p');
  const layout = new Layout('p');
  const first = await pushed(nothing);
  const files = await load(first, layout);
  const named = (byte: number) =>
    Buffer.concat([Buffer.from(`${person.folder}/p/databases/caf`), Buffer.from([byte]), Buffer.from('.yaml')]);
  const second = await pushed(() => {
    mkdirSync(dirname(inTree('p/databases/x')), { recursive: true });
    for (const byte of [0xe8, 0xe9]) writeFileSync(named(byte), 'a: 1\n');
  });
  await followed(files, [first, second], layout);
  expect(files.strays).toEqual(['p/databases/"caf\\350.yaml"', 'p/databases/"caf\\351.yaml"']);
  const third = await pushed(() => rmSync(named(0xe8)));
  await followed(files, [second, third], layout);
  expect(files.list('p/databases/')).toEqual(['"caf\\351.yaml"']);
  expect(files.get('p/databases/"caf\\351.yaml"')?.problem).toContain('not UTF-8');
});
