import { InvalidInput } from '../../src/platform/errors';
import { ToolCatalog } from '../../src/platform/mcp';
import { listingOf } from '../../src/platform/mcp/tool-listing';
import type { ToolDeclaration } from '../../src/platform/mcp/tool.decorators';
import { type JsonSchema, parseInput } from '../../src/platform/schema';
import { ScratchApp } from '../support/scratch-app';
import { exampleOf } from '../support/tool-examples';

const ABOUT = {
  team: 'billing',
  service: 'api',
  workflow: 'deploy-service-x',
  preview: 'a1b2c3',
  incident: '0123456789abcdef',
};

/** What breaks out of a path, a ref, a label, YAML, LogQL or PromQL, or looks like another name. */
const TRICKS = [
  '..',
  '../x',
  'a/../b',
  'a\\..\\b',
  '%2e%2e',
  'a%2fb',
  'a\0b',
  'a\nb',
  'a\r\nb',
  'аdmin',
  'ａｄｍｉｎ',
  'a\u202eb',
  'a\u200bb',
  'a"b',
  "a'b",
  'a"} or vector(1) #',
  '{a=~".*"}',
  'a`b',
  'a|b',
  'a;b',
  '$(a)',
  '{{ a }}',
  '-rf',
  '--upload-pack=x',
  'a b',
  'a*',
  'a'.repeat(10_000),
];
const ADDRESSES = [
  'http://169.254.169.254/latest',
  'https://hooks.example.org/x',
  'file:///etc/passwd',
  'http://127.0.0.1:1',
];

/** Arguments that may hold any text, and why none of it becomes a name, a query or a request. */
const TEXTS: Readonly<Record<string, string>> = {
  actor: 'compared with what is in the audit trail, as a bound parameter',
  confirm_token: 'opened by its seal; what was not sealed here is refused',
  contains: 'compared with log lines as it is',
  cursor: 'decoded and checked; what was not given out here is refused',
  default_model: 'a model’s name, written as a value by the YAML serializer',
  description: 'prose, written by the YAML serializer',
  display_name: 'prose, written by the YAML serializer',
  git_ref: 'needs a builder, and there is none: refused whatever it is',
  idempotency_key: 'compared as a bound parameter, in a trailer without line breaks',
  operation: 'looked up in the list of operations',
  query: 'compared with texts of incidents, as a bound parameter',
  reason: 'prose, in a commit message whose trailers no line of it can forge',
  resolution: 'prose, kept as a bound parameter',
  status: 'compared, as a bound parameter',
  type: 'compared, as a bound parameter',
  workflow: 'compared, as a bound parameter',
};
/** Objects inside of lists, with what they need. */
const NESTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  members: { user: 'ada', role: 'viewer' },
  github_teams: { team: 'acme/core', role: 'viewer' },
};

let scratch: ScratchApp;
let tools: ToolDeclaration[];

beforeAll(async () => {
  scratch = await ScratchApp.start();
  tools = scratch.app.get(ToolCatalog).declarations;
});

afterAll(() => scratch?.stop());

/** Every argument that holds text anywhere, with its value when a text is put there. */
function places(tool: ToolDeclaration): [name: string, value: (text: string) => unknown][] {
  const { properties } = listingOf(tool).inputSchema as { properties: Record<string, JsonSchema> };
  return Object.entries(properties).flatMap(([name, schema]) => placesIn(name, schema));
}

function placesIn(name: string, schema: JsonSchema): [string, (text: string) => unknown][] {
  const { type, items, additionalProperties } = schema as {
    type: string;
    items?: JsonSchema;
    additionalProperties?: unknown;
  };
  if (type === 'string') return [[name, (text) => text]];
  if (type === 'array' && items?.type === 'string') return [[name, (text) => [text]]];
  if (type === 'object' && typeof additionalProperties === 'object') return [[name, (text) => ({ [text]: 'x' })]];
  if (type !== 'array') return [];
  const base = NESTED[name];
  if (!base) throw new Error(`${name} holds objects: give the least of them in NESTED.`);
  return Object.keys(base).map((key) => [`${name}.${key}`, (text) => [{ ...base, [key]: text }]]);
}

/** Arguments that take one of these texts, anywhere in the registry. */
function takers(texts: readonly string[]): string[] {
  const found = tools.flatMap((tool) =>
    places(tool)
      .filter(([name, value]) => texts.some((text) => isTaken(tool, name.split('.')[0] ?? '', value(text))))
      .map(([name]) => name),
  );
  return [...new Set(found)].sort();
}

function isTaken({ name, input }: ToolDeclaration, argument: string, value: unknown): boolean {
  try {
    parseInput(input, { ...exampleOf(name, ABOUT), [argument]: value });
    return true;
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return false;
  }
}

it('S30 no argument that names something takes what breaks out of a path, ref, label or query', () => {
  expect(tools.flatMap(places).length).toBeGreaterThan(100);
  expect(takers(TRICKS)).toEqual(Object.keys(TEXTS).sort());
});

it('S36 takes no address that MCTL would call: webhooks and callbacks are configured, never given', () => {
  expect(takers(ADDRESSES).filter((name) => !(name in TEXTS))).toEqual([]);
});
