import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { McpTestClient, RestTestClient } from '../support/clients';
import { type Address, generateRepository, shapeOf } from '../support/generate-repository';
import { faultsAtRest, readLedger } from '../support/ledger';
import { git, Person } from '../support/plain-git';
import { Program } from '../support/program';
import { tokenFor } from '../support/tokens';

const SERVICES = Number(process.env.MCTL_SCALE ?? 1000);
const WRITERS = 64;
const ROOT = 'platform-gitops';

let scratch: string;
let remote: string;
let program: Program;
let admin: RestTestClient;
const shape = shapeOf(SERVICES);

const fileOf = ({ team, service }: Address) => `${ROOT}/services/${team}/${service}/values.yaml`;
const tagIn = (text: string) => /^ {2}tag: ["']?([^"'\s]+)/m.exec(text)?.[1];

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'mctl-scale-'));
  remote = join(scratch, 'remote.git');
  mkdirSync(remote);
  await git(remote, 'init', '--quiet', '--bare', '--initial-branch=main', '.');
  await generateRepository(remote, { services: SERVICES, deploysPerService: 1 });
  program = await Program.start({ env: { MCTL_GITOPS_REMOTE: remote, MCTL_GITOPS_POLL: '1s' } });
  admin = new RestTestClient(program.url, await tokenFor(program.dataDir, 'admin'));
}, 300_000);

afterAll(async () => {
  await program?.dispose();
  rmSync(scratch, { recursive: true, force: true });
});

describe(`a repository of ${SERVICES} services`, () => {
  it('is listed whole, page by page, each service once and in order', async () => {
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body } = await admin.get(`/api/v1/services?limit=200${cursor && `&cursor=${cursor}`}`);
      seen.push(...body.items.map(({ team, name }: { team: string; name: string }) => `${team}/${name}`));
      cursor = body.next_cursor;
    }
    expect(seen).toEqual(shape.services.map(({ team, service }) => `${team}/${service}`));
  });

  it(`takes ${WRITERS} writers at once on ${WRITERS} services through both doors: a commit each, every answer true`, async () => {
    const before = Number(await git(remote, 'rev-list', '--count', 'main'));
    const mcp = await McpTestClient.connect(program.url, await tokenFor(program.dataDir, 'admin'));
    const targets = shape.services.filter((_, index) => index % Math.floor(SERVICES / WRITERS) === 0).slice(0, WRITERS);
    const answers = await Promise.all(
      targets.map(async (target, index) => {
        const call = { action: 'deploy', ...target, image_tag: `9.0.${index}`, wait_seconds: 25 };
        if (index % 2 === 0) return (await admin.execute('deploy-service', call)).body as Record<string, any>;
        return mcp.must('mctl_deploy_service', call);
      }),
    );
    await mcp.close();
    expect(answers.map(({ operation }) => operation.status)).toEqual(targets.map(() => 'succeeded'));
    expect(Number(await git(remote, 'rev-list', '--count', 'main'))).toBe(before + WRITERS);
    for (const [index, target] of targets.entries()) {
      const sha = answers[index]?.commit.sha as string;
      expect(await git(remote, 'diff-tree', '-r', '--no-commit-id', '--name-only', sha)).toBe(fileOf(target));
      expect(tagIn(await git(remote, 'show', `${sha}:${fileOf(target)}`))).toBe(`9.0.${index}`);
      expect(tagIn(await git(remote, 'show', `main:${fileOf(target)}`))).toBe(`9.0.${index}`);
    }
  });

  it('follows what somebody else pushes', async () => {
    const [target] = shape.services.slice(-1) as [Address];
    const person = await Person.clone(remote, join(scratch, 'person'));
    const text = await git(remote, 'show', `main:${fileOf(target)}`);
    await person.publish({ [fileOf(target)]: `${text.replace(/tag: ".*"/, 'tag: "by-hand"')}\n` }, 'chore: by hand');
    const path = `/api/v1/services/${target.team}/${target.service}`;
    let tag: string | undefined = tagIn(text);
    while (tag === tagIn(text)) tag = (await admin.get(path)).body.tag;
    expect(tag).toBe('by-hand');
  });

  it('leaves books that agree', async () => {
    await program.stop();
    expect(faultsAtRest(await readLedger(program.dataDir, remote))).toEqual([]);
  });
});
