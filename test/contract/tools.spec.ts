import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import { InvalidInput } from '../../src/platform/errors';
import { goldenOf } from '../../src/cli/generated-files';
import { ToolCatalog } from '../../src/platform/mcp';
import { listingOf } from '../../src/platform/mcp/tool-listing';
import type { ToolDeclaration } from '../../src/platform/mcp/tool.decorators';
import { type JsonSchema, jsonSchemaOf, parseInput } from '../../src/platform/schema';
import {
  type ContractArgument,
  type ContractTool,
  GOLDEN_CONTRACT,
  readContract,
  SHARED_CONTRACT,
} from '../support/contract-file';
import { ScratchApp } from '../support/scratch-app';
import { exampleOf } from '../support/tool-examples';

const GOLDEN_TOOLS = join(__dirname, '__goldens__', 'tools');
const ABOUT = {
  team: 'billing',
  service: 'api',
  workflow: 'deploy-service-x',
  preview: 'a1b2c3',
  incident: '0123456789abcdef',
};
const contract = readContract();
const ajv = new Ajv2020({ strict: false, validateFormats: false });

let scratch: ScratchApp;
let declarations: Map<string, ToolDeclaration>;

beforeAll(async () => {
  scratch = await ScratchApp.start();
  declarations = new Map(scratch.app.get(ToolCatalog).declarations.map((each) => [each.name, each]));
});

afterAll(() => scratch?.stop());

function declarationOf(name: string): ToolDeclaration {
  const declaration = declarations.get(name);
  if (!declaration) throw new Error(`${name} is not in the registry.`);
  return declaration;
}

type Arguments = JsonSchema & { required?: string[] };
/** What is listed of a tool's arguments, and what is checked. */
const listedInputOf = (name: string) => listingOf(declarationOf(name)).inputSchema as Arguments;
const inputOf = (name: string) => jsonSchemaOf(declarationOf(name).input, 'input') as Arguments;
const answerOf = (name: string) => jsonSchemaOf(declarationOf(name).answer, 'output');
const propertiesOf = (schema: unknown) => ((schema as JsonSchema)?.properties ?? {}) as Record<string, JsonSchema>;

describe('the contract', () => {
  it('has 39 tools: 21 read, 14 write, 4 destructive', () => {
    const count = (kind: string) => contract.filter((tool) => tool.kind === kind).length;
    expect([contract.length, count('read'), count('write'), count('destructive')]).toEqual([39, 21, 14, 4]);
  });

  it('is the same in its golden copy', () => {
    if (!existsSync(SHARED_CONTRACT)) return;
    expect(readFileSync(GOLDEN_CONTRACT, 'utf8')).toBe(readFileSync(SHARED_CONTRACT, 'utf8'));
  });

  it('is the registry, tool for tool, and of the same kinds', () => {
    const registered = [...declarations.values()].map(({ name, access }) => `${name} ${access.kind}`);
    expect(registered.sort()).toEqual(contract.map(({ name, kind }) => `${name} ${kind}`).sort());
  });
});

describe.each(contract.map((tool) => [tool.name, tool] as const))('%s', (name, tool) => {
  it('has the name, title, role and hints of the contract', () => {
    const { access, title } = declarationOf(name);
    const { annotations } = listingOf(declarationOf(name));
    expect({ title, kind: access.kind, role: access.role }).toEqual({
      title: tool.title,
      kind: tool.kind,
      role: tool.role,
    });
    expect(annotations).toEqual({
      readOnlyHint: tool.kind === 'read',
      destructiveHint: tool.kind === 'destructive',
      idempotentHint: expect.any(Boolean),
      openWorldHint: expect.any(Boolean),
    });
    if (tool.kind !== 'read') expect(access.name).toBe(tool.operation);
  });

  it.each([
    ['lists', listedInputOf],
    ['takes', inputOf],
  ])('%s exactly the arguments of the contract', (_, schemaOf) => {
    const { required = [], properties } = schemaOf(name);
    expect(Object.keys(properties as object).sort()).toEqual(tool.arguments.map((each) => each.name).sort());
    expect([...required].sort()).toEqual(
      tool.arguments
        .filter((each) => each.required)
        .map((each) => each.name)
        .sort(),
    );
  });

  it('describes itself and every argument in few words', () => {
    const { description } = listingOf(declarationOf(name));
    expect(description?.length).toBeGreaterThan(20);
    expect(description?.length).toBeLessThanOrEqual(400);
    for (const [argument, schema] of Object.entries(propertiesOf(listedInputOf(name)))) {
      expect([argument, schema.description]).toEqual([argument, expect.stringMatching(/\S{2}/)]);
    }
  });

  it('lists input and answer in shapes that every client takes', () => {
    const { inputSchema, outputSchema } = listingOf(declarationOf(name));
    expect(inputSchema).toMatchObject({ type: 'object', additionalProperties: false, properties: expect.any(Object) });
    expect(outputSchema).toMatchObject({ type: 'object', properties: expect.any(Object) });
    expect(faultsOf(inputSchema as JsonSchema, name)).toEqual([]);
    for (const [argument, schema] of Object.entries(propertiesOf(inputSchema))) {
      expect(emptyObjectsIn(schema, `${name}.${argument}`)).toEqual([]);
    }
    expect(faultsOf(outputSchema as JsonSchema, name)).toEqual([]);
    for (const schema of [inputSchema, outputSchema ?? {}, inputOf(name), answerOf(name)]) {
      expect(() => ajv.compile(schema)).not.toThrow();
    }
  });

  it('lists the types, choices and defaults that calls are checked by', () => {
    for (const [argument, listed] of Object.entries(propertiesOf(listedInputOf(name)))) {
      const full = propertiesOf(inputOf(name))[argument] ?? {};
      expect([argument, listed.type, listed.enum]).toEqual([argument, full.type, full.enum]);
      const isTold = listed.default !== undefined || Boolean(full.default);
      if (isTold) expect([argument, listed.default]).toEqual([argument, full.default]);
    }
  });

  it('lists every field that it answers, in a schema that whatever keeps the full one keeps', () => {
    const full = propertiesOf(answerOf(name));
    const listed = propertiesOf(listingOf(declarationOf(name)).outputSchema);
    // Every write has it; its other errors have the same form.
    const common = tool.kind === 'read' ? [] : ['error'];
    expect(Object.keys(listed)).toEqual(Object.keys(full).filter((field) => !common.includes(field)));
    if ('next_cursor' in full) expect(listed.items).toEqual({ type: 'array', items: {} });
    for (const [field, schema] of Object.entries(listed)) {
      expect([field, schema]).toEqual([field, 'type' in schema ? { ...schema, type: full[field]?.type } : {}]);
    }
  });

  it('answers the fields that the contract names', () => {
    const properties = propertiesOf(answerOf(name));
    for (const answer of tool.answers) {
      const field = properties[answer.name];
      expect([answer.name, field]).toEqual([answer.name, expect.any(Object)]);
      const inner = propertiesOf(field?.type === 'array' ? field.items : field);
      expect(Object.keys(inner)).toEqual(expect.arrayContaining([...answer.fields]));
    }
  });

  it('S44 is its golden file, so that no description changes unseen', () => {
    if (!existsSync(GOLDEN_TOOLS) && !process.env.CI) return;
    const golden = join(GOLDEN_TOOLS, `${name}.json`);
    if (!existsSync(golden)) throw new Error(`There is no golden file of ${name}: run \`npm run generate\`.`);
    expect(JSON.parse(readFileSync(golden, 'utf8'))).toEqual(JSON.parse(JSON.stringify(goldenOf(declarationOf(name)))));
  });

  const cases = tool.arguments.map((argument) => [argument.name, argument] as const);
  if (cases.length > 0) {
    it.each(cases)('%s has the type, bounds and default of the contract', (_, argument) =>
      expectArgument(tool, argument),
    );
  }
});

it('keeps no golden file of a tool that is gone', () => {
  if (!existsSync(GOLDEN_TOOLS)) return;
  const names = readdirSync(GOLDEN_TOOLS).map((file) => file.replace(/\.json$/, ''));
  expect(names.sort()).toEqual([...declarations.keys()].sort());
});

function expectArgument(tool: ContractTool, argument: ContractArgument): void {
  const schema = propertiesOf(inputOf(tool.name))[argument.name] ?? {};
  expect(schema).toMatchObject({ type: argument.type, ...argument.rules });
  expect(schema.default).toEqual(argument.default);
  if (argument.fields) {
    const inner = propertiesOf(schema.type === 'array' ? schema.items : schema);
    expect(Object.keys(inner).sort()).toEqual([...argument.fields].sort());
  }
  const accepts = ajv.compile(schema);
  for (const value of [...argument.accepted, ...(argument.default === undefined ? [] : [argument.default])]) {
    expect([value, verdictOn(tool, argument, value), accepts(value)]).toEqual([
      value,
      'accepted',
      acceptedBySchema(value),
    ]);
  }
  for (const value of argument.refused) {
    // For an optional argument "" means absent.
    const expected = value === '' && !argument.required ? 'accepted' : argument.name;
    expect([value, verdictOn(tool, argument, value)]).toEqual([value, expected]);
  }
}

/** JSON Schema has no word for a value that removes a key: clients never see `null` offered. */
function acceptedBySchema(value: unknown): unknown {
  return JSON.stringify(value)?.includes('null') ? expect.any(Boolean) : true;
}

/** Whether the door's own reader takes this value beside valid others, or the argument that it finds fault with. */
function verdictOn(tool: ContractTool, argument: ContractArgument, value: unknown): string {
  const { input } = declarationOf(tool.name);
  try {
    parseInput(input, { ...exampleOf(tool.name, ABOUT), [argument.name]: value });
    return 'accepted';
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return error.details.field?.replace(/[.[].*$/, '') ?? 'nothing';
  }
}

/**
 * Objects that name no property, which Gemini refuses below the top ("properties: should be non-empty for OBJECT type"); of a tool without
 * any argument its clients send no schema at all.
 */
function emptyObjectsIn(schema: JsonSchema, path: string): string[] {
  const inner = [
    ...Object.entries(propertiesOf(schema)),
    ...(schema.items ? [['[]', schema.items as JsonSchema] as const] : []),
  ];
  const isEmpty = schema.type === 'object' && Object.keys(propertiesOf(schema)).length === 0;
  return [...(isEmpty ? [path] : []), ...inner.flatMap(([name, each]) => emptyObjectsIn(each, `${path}.${name}`))];
}

/**
 * What some client chokes on: combinators, constants and enums that are no text, pairs of types, objects and lists that do not say of
 * what; and what a listing has no use for.
 */
function faultsOf(schema: JsonSchema, path: string): string[] {
  const words = ['oneOf', 'anyOf', 'allOf', 'not', '$ref', '$defs', 'if', 'const', 'pattern', 'propertyNames'];
  const nested = [
    ...Object.entries(propertiesOf(schema)),
    ...(schema.items ? [['[]', schema.items as JsonSchema] as const] : []),
  ];
  return [
    ...words.filter((word) => word in schema).map((word) => `${path} uses ${word}`),
    ...((schema.enum as unknown[]) ?? [])
      .filter((value) => typeof value !== 'string')
      .map((value) => `${path} has the enum value ${String(value)}`),
    ...(Array.isArray(schema.type) ? [`${path} has several types`] : []),
    ...(schema.type === 'object' && !schema.properties ? [`${path} has no properties`] : []),
    ...(schema.type === 'array' && !schema.items ? [`${path} has no items`] : []),
    ...nested.flatMap(([name, inner]) => faultsOf(inner, `${path}.${name}`)),
  ];
}
