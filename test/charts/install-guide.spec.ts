import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { parse } from 'yaml';
import { buildProgram } from '../../src/cli/program';
import { helm, kubectl, ROOT } from '../support/helm';
import { renderMctl, type Values, violations } from '../support/mctl-chart';

/** With the guides that go on from it, on the values that it shows. */
const GUIDE = ['install', 'builder', 'vault'].map((name) => readFileSync(join(ROOT, `docs/${name}.md`), 'utf8')).join('\n');
const blocks = (language: string): string[] =>
  [...GUIDE.matchAll(new RegExp(`^ *\`\`\`${language}\n([^]*?)^ *\`\`\``, 'gm'))].map(([, text = '']) => text);

/** Files by the name in their first line: values, and objects that are applied as they are. */
const SHOWN = blocks('yaml').flatMap((text): [string, Values][] => {
  const [, name] = /^# (\S+\.yaml)\n/.exec(text) ?? [];
  return name === undefined ? [] : [[name, parse(text) as Values]];
});
const FILES = new Map(SHOWN.filter(([, { kind }]) => kind === undefined));
const OBJECTS = new Map(SHOWN.filter(([, { kind }]) => kind !== undefined));
/** Commands, one each, without what is written to or read from files. */
const COMMANDS = blocks('sh')
  .flatMap((text) => text.split('\n'))
  .flatMap((line) => line.split(' | '))
  .map((line) => line.replace(/ [<>] \S+/g, '').trim());
const of = (tool: string): string[] => COMMANDS.filter((line) => line.startsWith(`${tool} `));
/** What kubectl runs inside the pod. */
const INSIDE = COMMANDS.flatMap((line) => line.split(/ -- |docker exec \S+ /).slice(1)).filter((line) => /^mctl /.test(line));

const optionsIn = (line: string): string[] => (line.split(' -- ')[0] ?? '').match(/(?<= )--?[a-z][a-z-]*/g) ?? [];
/** As Helm merges values files: maps key by key, anything else from the last. */
function merged(a: Values, b: Values): Values {
  const both = Object.entries(b).map(([key, value]) => [key, isMap(a[key]) && isMap(value) ? merged(a[key], value) : value]);
  return { ...a, ...(Object.fromEntries(both) as Values) };
}
const isMap = (value: unknown): value is Values => value instanceof Object && !Array.isArray(value);

describe('docs/install.md', () => {
  const lists = of('helm').map((line) => [...line.matchAll(/--values (\S+)/g)].map(([, file = '']) => file));
  const installs = [...new Map(lists.map((files) => [files.join(' + '), files]))].filter(([name]) => name !== '');

  it('uses every values file that it shows, and shows every one that it uses', () => {
    expect(FILES.size).toBeGreaterThan(5);
    expect([...new Set(installs.flatMap(([, files]) => files))].sort()).toEqual([...FILES.keys()].sort());
  });

  it('applies every object that it shows', () => {
    const applied = [...GUIDE.matchAll(/kubectl apply --filename ([\w-]+\.yaml)/g)].map(([, file]) => file);
    expect([...new Set(applied)].sort()).toEqual([...OBJECTS.keys()].sort());
    expect(OBJECTS.get('mctl-database.yaml')).toMatchObject({ kind: 'Cluster', metadata: { name: 'mctl-database' } });
    // CloudNativePG calls the Secret after the Cluster.
    expect(FILES.get('values-replicas.yaml')).toMatchObject({
      existingSecrets: { DATABASE_URL: { name: 'mctl-database-app', key: 'uri' } },
    });
  });

  it.each(installs)(
    'installs with %s',
    async (_, files) => {
      const values = files.map((file) => FILES.get(file) ?? {}).reduce(merged, {});
      expect(violations(await renderMctl(values))).toEqual([]);
    },
  );

  it.each([...new Set(of('helm'))])('has options that helm knows: %s', async (line) => {
    const help = await helm([line.split(' ')[1] ?? '', '--help'], '');
    for (const option of optionsIn(line)) expect(help).toMatch(new RegExp(`(^|\\s)${option}[,\\s]`, 'm'));
  });

  it.each([...new Set(of('kubectl'))])('has options that kubectl knows: %s', async (line) => {
    const command = (line.split(' -- ')[0] ?? '').replace(/^kubectl (--namespace \S+ )?/, '').split(' --')[0] ?? '';
    const help = (await kubectl([...command.split(' '), '--help'])) + (await kubectl(['options']));
    // Of a word that is no subcommand kubectl says nothing, and helps with what is before it.
    expect(help).not.toMatch(/^Usage:\s+kubectl \w+ SUBCOMMAND/m);
    for (const option of optionsIn(line)) expect(help).toMatch(new RegExp(`${option}[=,:]`));
  });

  it.each([...new Set(INSIDE)])('has commands that the image knows: %s', (line) => {
    let command: Command = buildProgram();
    const [, ...words] = line.split(' ');
    for (const word of words) {
      const next = command.commands.find((each) => each.name() === word);
      if (next) command = next;
      else if (word.startsWith('--')) expect(command.options.map(({ long }) => long)).toContain(word);
    }
    expect(command.name()).not.toBe('mctl');
  });

  it('leads to files that there are', () => {
    const links = [...GUIDE.matchAll(/\]\((?!http|#)([^)#]+)/g)].map(([, path = '']) => join(ROOT, 'docs', path));
    expect(links.filter((path) => !existsSync(path))).toEqual([]);
  });
});
