import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { type HttpBackend, startHttpBackend } from '../../src/platform/gitops/git/testing/http-backend';
import { bareRepository, commitsOf, Person } from '../support/plain-git';
import { ended, RemoteProgram } from '../support/remote-program';

const WRITERS = Number(process.env.MCTL_CROWD_WRITERS ?? 16);
const PEOPLE = Number(process.env.MCTL_CROWD_PEOPLE ?? 2);
const PAUSE_MS = 1_500;

/** People who push, take a breath of random length and push again until everybody else is done; answers how many of their commits arrived. */
async function pushUntil(people: readonly Person[], done: Promise<unknown>): Promise<number> {
  let isDone = false;
  void done.then(() => (isDone = true));
  const counts = await Promise.all(
    people.map(async (person, index) => {
      let count = 0;
      for (; !isDone; count++) {
        await person.publish({ [`notes/${index}-${count}.md`]: 'x\n' }, `docs: ${index}-${count}`);
        await sleep(Math.random() * PAUSE_MS);
      }
      return count;
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/** `MCTL_CROWD_WRITERS=64 MCTL_CROWD_PEOPLE=6` is the long form. */
describe.each(['file', 'http'])('a branch (%s) that others push to all the while', (kind) => {
  let scratch: string;
  let repository: string;
  let backend: HttpBackend | undefined;
  let remote: RemoteProgram;

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'mctl-crowd-'));
    repository = await bareRepository(join(scratch, 'ours.git'), { 'README.md': '# Ours\n' });
    backend = kind === 'http' ? await startHttpBackend({ root: scratch, users: undefined }) : undefined;
    const url = backend ? `${backend.url}/ours.git` : pathToFileURL(repository).href;
    remote = await RemoteProgram.start(repository, { MCTL_GITOPS_REMOTE: url, LOG_LEVEL: 'debug' });
  });

  afterAll(async () => {
    await remote?.dispose();
    await backend?.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  it('gets every operation, and every commit of the others', async () => {
    const people = await Promise.all(
      Array.from({ length: PEOPLE }, (_, index) => Person.clone(repository, join(scratch, `person-${index}`))),
    );
    const started = Date.now();
    const teams = Array.from({ length: WRITERS }, (_, index) => `crowd-${index}`);
    const ours = Promise.all(teams.map((team) => remote.submit(team)));
    const ends = ours.then((workflows) => Promise.all(workflows.map((workflow) => ended(workflow))));
    const theirs = await pushUntil(people, ends);
    expect(await ends).toEqual(teams.map(() => 'succeeded'));
    const subjects = (await commitsOf(repository)).map(({ subject }) => subject);
    expect(subjects.filter((subject) => subject.startsWith('create-tenant(crowd-'))).toHaveLength(WRITERS);
    expect(subjects.filter((subject) => subject.startsWith('docs: '))).toHaveLength(theirs);
    const lost = remote.program.log.filter((line) => line.includes('somebody else was faster')).length;
    const seconds = (Date.now() - started) / 1000;
    process.stdout.write(
      `${kind}: ${WRITERS} operations in ${seconds.toFixed(1)} s beside ${(theirs / seconds).toFixed(1)} pushes/s; ${lost} races lost\n`,
    );
    expect(await remote.faults()).toEqual([]);
  });
});
