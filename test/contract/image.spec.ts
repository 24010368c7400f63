import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from '../support/helm';

const text = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const DOCKERFILE = text('Dockerfile').replace(/\\\n/g, '');
const PACKAGE = JSON.parse(text('package.json')) as { version: string; scripts: { start: string } };
const CHART = parse(text('deploy/helm/mctl/Chart.yaml')) as { version: string; appVersion: string };
/** Flags that the build compiles for. */
const STARTS = JSON.parse(
  /^const STARTS = (.*);$/m.exec(text('scripts/lib/bundle.mjs'))?.[1]?.replaceAll("'", '"') ?? '[]',
) as string[][];
/** What follows an instruction, of its last line in the file. */
const last = (instruction: string): string =>
  [...DOCKERFILE.matchAll(new RegExp(`^ *${instruction} +(.*)$`, 'gm'))].at(-1)?.[1] ?? '';
const flagsIn = (words: string[]): string[] => words.filter((word) => word.startsWith('--max-'));

describe('the image', () => {
  it('starts the server as npm start does, with flags that the build compiled for', () => {
    const command = JSON.parse(last('CMD')) as string[];
    expect(flagsIn(command)).toEqual(STARTS[0]);
    expect(flagsIn(PACKAGE.scripts.start.split(' '))).toEqual(STARTS[0]);
    expect(command.at(-1)).toBe('dist/main.js');
  });

  it('has the version of the package, and so has the chart', () => {
    expect(/^ARG VERSION=(.*)$/m.exec(DOCKERFILE)?.[1]).toBe(PACKAGE.version);
    expect(CHART).toMatchObject({ version: PACKAGE.version, appVersion: PACKAGE.version });
  });

  it('runs as the user that the chart says, which is not root', () => {
    const helpers = text('deploy/helm/mctl/templates/_helpers.tpl');
    const [user = '', group = ''] = last('USER').split(':');
    expect(Number(user)).toBeGreaterThan(0);
    expect(helpers).toContain(`runAsUser: ${user}\n`);
    expect(helpers).toContain(`runAsGroup: ${group}\n`);
    expect(DOCKERFILE).toContain(`useradd --uid ${user} --gid ${group}`);
  });

  it('is built of files that there are, and that the build is sent', () => {
    const sent = text('.dockerignore').split('\n');
    const copied = [...DOCKERFILE.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files = '']) =>
      files.split(' '),
    );
    expect(copied.length).toBeGreaterThan(5);
    for (const file of copied) {
      expect(existsSync(join(ROOT, file))).toBe(true);
      expect(sent).toContain(`!${file}`);
    }
  });

  it('takes everything it is sent for: no credential, repository or package of the builder’s machine comes along', () => {
    const [first, ...sent] = text('.dockerignore').trim().split('\n');
    expect(first).toBe('*');
    for (const line of sent.filter((each) => each.startsWith('!'))) expect(DOCKERFILE).toContain(line.slice(1));
    expect(sent).not.toContain('!.env');
  });

  it('holds every program that the server starts', () => {
    expect(DOCKERFILE).toMatch(/apt-get install [^&]*\bgit\b[^&]*\bopenssh-client\b[^&]*\btini\b/);
  });

  it('looks at itself where it listens, under a name that is served', () => {
    const check = JSON.parse(/^ *CMD (\["node", "-e".*\])$/m.exec(text('Dockerfile'))?.[1] ?? 'null') as string[];
    expect(check[2]).toContain('http://127.0.0.1:${process.env.PORT || 8080}/healthz');
  });
});
