import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Controller, Get, Module, RequestMethod, type Type } from '@nestjs/common';
import { GUARDS_METADATA, METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants';
import { MetadataScanner, ModulesContainer, NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { McpController, Tool } from '@rekog/mcp-nest';
import { AppModule } from '../../src/app.module';
import { ACCESS_RULE, OWN_GUARD, PUBLIC } from '../../src/platform/auth/access-rule';
import { ruleOf } from '../../src/platform/auth/access-rules';
import { readConfig } from '../../src/platform/config';
import { setUpHttp } from '../../src/platform/http/http-setup';
import { log } from '../../src/platform/logging';
import {
  Caller,
  Input,
  MctlStrategy,
  ReadTool,
  TOOL_DECLARATION,
  ToolCatalog,
  type ToolDeclaration,
} from '../../src/platform/mcp';
import { Name } from '../../src/platform/operations/arguments.dto';
import type { Operation } from '../../src/platform/operations/operation';
import { OperationRegistry } from '../../src/platform/operations/registry';
import { jsonSchemaOf, Text } from '../../src/platform/schema';
import { bearer, callMcp, callRest, MCP_HEADERS } from '../support/doors';
import { furnish, PEOPLE, signedIn } from '../support/furnish';
import { GITHUB_NOWHERE } from '../support/github-settings';
import { ScratchApp } from '../support/scratch-app';
import { tokenFor } from '../support/tokens';
import { exampleOf, type Furniture, routeOf } from '../support/tool-examples';
import type { Loose } from '../support/loose';

/**
 * Routes that are open to everybody, each for a reason: the way to the docs, probes, the scraper beside us, browsers that GitHub
 * sends back, which a one-time state lets in, and the endpoints of OAuth, where clients prove themselves in the request and people in
 * the browser.
 */
const PUBLIC_ROUTES = [
  'GET /',
  'GET /.well-known/oauth-authorization-server',
  'GET /.well-known/oauth-protected-resource',
  'GET /.well-known/oauth-protected-resource/mcp',
  'GET /.well-known/openid-configuration',
  'GET /github/setup',
  'GET /healthz',
  'GET /metrics',
  'GET /oauth/authorize',
  'GET /oauth/authorize/:uid',
  'GET /oauth/jwks',
  'GET /readyz',
  'POST /github/agree',
  'POST /oauth/register',
  'POST /oauth/revoke',
  'POST /oauth/token',
];
/**
 * Routes that a guard of their own closes in place of a bearer credential, each for a caller that can have none: a person's browser,
 * a program that proves a secret.
 */
const OWN_GUARDED = [
  'GET /connect',
  'GET /connections',
  'GET /git/gitops.git/info/refs',
  'GET /intake/:token',
  'GET /oauth/interaction/:uid',
  'GET /sign-in',
  'GET /sign-in/:provider',
  'GET /sign-in/:provider/callback',
  'POST /api/v1/webhooks/alertmanager',
  'POST /api/v1/webhooks/argo',
  'POST /api/v1/webhooks/github',
  'POST /connections',
  'POST /git/gitops.git/git-receive-pack',
  'POST /git/gitops.git/git-upload-pack',
  'POST /intake/:token',
  'POST /oauth/interaction/:uid',
  'POST /sign-in',
  'POST /sign-in/out',
];
/** The one page that whoever comes may see: on it they say who they are. */
const SIGN_IN_PAGE = 'GET /sign-in';
/** Routes outside of Nest, which no guard sees: Swagger's page and the document. Nothing in them depends on who asks. */
const DOCS_ROUTES = /^\/(docs|openapi\.(json|yaml))/;

interface Handler {
  readonly where: string;
  readonly name: string;
  readonly owner: Type;
  readonly method: object;
}

let scratch: ScratchApp;
let tools: ToolDeclaration[];
let operations: Operation[];
let about: Furniture;

beforeAll(async () => {
  scratch = await ScratchApp.start({ MCTL_WRITES_PER_MINUTE: '10000', ...GITHUB_NOWHERE });
  tools = scratch.app.get(ToolCatalog).declarations;
  operations = scratch.app.get(OperationRegistry).all();
  about = await furnish(scratch);
});

afterAll(() => scratch?.stop());

/** Every method of every controller that there is in the program's container. */
function handlers(): Handler[] {
  const scanner = new MetadataScanner();
  const owners = [...scratch.app.get(ModulesContainer).values()].flatMap((module) => [...module.controllers.values()]);
  return owners.flatMap(({ metatype }) => {
    const owner = metatype as Type;
    return scanner.getAllMethodNames(owner.prototype as object).map((name) => ({
      where: `${owner.name}.${name}`,
      name,
      owner,
      method: (owner.prototype as Record<string, object>)[name] as object,
    }));
  });
}

const routes = () => handlers().filter(({ method }) => Reflect.hasMetadata(METHOD_METADATA, method));
const toolMethods = () => handlers().filter(({ method }) => Reflect.hasMetadata('mcp:tool', method));
const declared = (key: string, { owner, method }: Handler) =>
  (Reflect.getMetadata(key, method) ?? Reflect.getMetadata(key, owner)) as unknown;

/** The path of a route as Express has it. */
function pathOf({ owner, method }: Pick<Handler, 'owner' | 'method'>): string {
  const parts = [owner, method].map((each) => String(Reflect.getMetadata(PATH_METADATA, each)));
  return `/${parts.join('/')}`.replace(/\/+/g, '/').replace(/(.)\/$/, '$1');
}

function verbOf({ method }: Pick<Handler, 'method'>): string {
  return RequestMethod[Reflect.getMetadata(METHOD_METADATA, method) as RequestMethod];
}

describe('closed by default', () => {
  it('has an access rule on every route of every controller', () => {
    expect(routes().length).toBeGreaterThan(10);
    expect(
      routes()
        .filter((route) => ![ACCESS_RULE, PUBLIC, OWN_GUARD].some((key) => declared(key, route)))
        .map(({ where }) => where),
    ).toEqual([]);
  });

  it('opens only these routes to everybody', () => {
    const open = routes().filter((route) => declared(PUBLIC, route));
    expect(open.map((route) => `${verbOf(route)} ${pathOf(route)}`).sort()).toEqual(PUBLIC_ROUTES);
  });

  it('leaves only these routes to a guard of their own, which is there and lets nobody in by itself', async () => {
    const own = routes().filter((route) => declared(OWN_GUARD, route));
    expect(own.map((route) => `${verbOf(route)} ${pathOf(route)}`).sort()).toEqual(OWN_GUARDED);
    for (const route of own) {
      expect(declared(GUARDS_METADATA, route)).toContain(declared(OWN_GUARD, route));
      const path = pathOf(route).replace(/:[a-z]+/g, 'A'.repeat(43));
      if (`${verbOf(route)} ${path}` === SIGN_IN_PAGE) continue;
      const { status, headers } = await fetch(new URL(path, scratch.url), {
        method: verbOf(route),
        redirect: 'manual',
      });
      const isSentToSignIn = status === 303 && headers.get('location')?.startsWith('/sign-in?to=') === true;
      expect([path, Math.floor(status / 100) === 4 || isSentToSignIn]).toEqual([path, true]);
    }
  });

  it('has no route in Express that Nest does not know, but for the docs', () => {
    const { stack } = (
      scratch.app.getHttpAdapter().getInstance() as { router: { stack: { route?: { path: string } }[] } }
    ).router;
    const paths = [...new Set(stack.flatMap(({ route }) => (route ? [route.path] : [])))].filter(
      (path) => !DOCS_ROUTES.test(path),
    );
    const known = routes().map(pathOf);
    expect(paths.filter((path) => !known.includes(path))).toEqual([]);
    expect(paths.length).toBeGreaterThan(10);
  });

  it('has a declaration with an access rule on every method that the MCP library takes for a tool', () => {
    const methods = toolMethods();
    expect(
      methods
        .map(({ method }) => (Reflect.getMetadata(TOOL_DECLARATION, method) as ToolDeclaration | undefined)?.name)
        .sort(),
    ).toEqual(tools.map(({ name }) => name));
    for (const { method } of methods) {
      expect(Reflect.getMetadata(ACCESS_RULE, method)).toEqual(
        (Reflect.getMetadata(TOOL_DECLARATION, method) as ToolDeclaration).access,
      );
    }
  });

  it('refuses whoever has no token on every route that is not public', async () => {
    for (const route of routes().filter((each) => !declared(PUBLIC, each) && !declared(OWN_GUARD, each))) {
      const path = pathOf(route).replace(/:[a-z]+/g, 'x');
      const method = verbOf(route);
      const { status, headers } = await fetch(new URL(path, scratch.url), {
        method,
        headers: MCP_HEADERS,
        ...(method === 'POST' && { body: '{}' }),
      });
      expect([path, status, headers.get('www-authenticate')]).toEqual([path, 401, expect.stringMatching(/^Bearer /)]);
    }
  });

  it.each(['tools/list', 'tools/call', 'initialize', 'ping', 'server/discover'])(
    'answers an anonymous %s with 401',
    async (method) => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { name: 'mctl_whoami', arguments: {} } });
      const { status } = await fetch(new URL('/mcp', scratch.url), { method: 'POST', headers: MCP_HEADERS, body });
      expect(status).toBe(401);
    },
  );
});

describe('the call itself', () => {
  it('is guarded, too: whoever is signed in reaches no team of others', async () => {
    const call = async (login: string) =>
      callMcp(scratch.url, await tokenFor(scratch.dataDir, login), 'mctl_get_tenant', { team: about.team });
    expect(await call(PEOPLE.stranger)).toMatchObject({ ok: false, code: 'team_not_found' });
    expect(await call(PEOPLE.viewer)).toMatchObject({ ok: true });
  });
});

describe('operations and tools', () => {
  it('has one tool per operation and one operation per tool that writes', () => {
    const writes = tools.filter(({ access }) => access.kind !== 'read');
    expect(writes.map(({ name }) => name)).toEqual(operations.map(({ tool }) => tool).sort());
    for (const { tool, input, answer, title, ...operation } of operations) {
      expect(writes.find(({ name }) => name === tool)).toMatchObject({
        input,
        answer,
        title,
        access: ruleOf({ ...operation }),
      });
    }
  });

  it('has something bound to every task that an operation declares', () => {
    const registry = scratch.app.get(OperationRegistry);
    const unbound = operations.flatMap((operation) =>
      [operation.task, operation.continuation?.task].flatMap((task) =>
        task && !registry.partsOf(operation).tasks?.[task.name] ? [`${operation.name}: ${task.name}`] : [],
      ),
    );
    expect(unbound).toEqual([]);
  });

  it('has a REST route with the same input class for every tool that reads', () => {
    for (const { name, input, access } of tools.filter((tool) => tool.access.kind === 'read')) {
      const route = routes().find((each) => pathOf(each) === `/api/v1/${routeOf(name)}`) as Handler;
      const types = Reflect.getMetadata('design:paramtypes', route.owner.prototype as object, route.name) as unknown[];
      expect([name, types[0]]).toEqual([name, input]);
      const { role, team } = access;
      expect(declared(ACCESS_RULE, route)).toMatchObject({ role, team, kind: 'read' });
    }
  });

  it('records every call of a write in the audit trail, whatever comes of it', async () => {
    const admin = await tokenFor(scratch.dataDir, 'admin');
    for (const { tool, name } of operations) {
      await callMcp(scratch.url, admin, tool, { ...exampleOf(tool, about), dry_run: true, reason: `plan ${name}` });
      await callMcp(scratch.url, admin, tool, { ...exampleOf(tool, about), dry_run: 'perhaps' });
      await callRest(
        scratch.url,
        await tokenFor(scratch.dataDir, PEOPLE.stranger),
        tool,
        { ...exampleOf(tool, about), wait_seconds: 99 },
        name,
      );
      const { body } = await (await signedIn(scratch, 'admin')).get(`/api/v1/audit?operation=${name}&limit=3`);
      expect(body.items).toEqual([
        expect.objectContaining({ operation: name, status: 'refused', actor: PEOPLE.stranger }),
        expect.objectContaining({ operation: name, status: 'refused', actor: 'admin', code: 'invalid_input' }),
        expect.objectContaining({ operation: name, status: 'planned', actor: 'admin', reason: `plan ${name}` }),
      ]);
    }
  });
});

describe('the OpenAPI document', () => {
  let document: {
    openapi: string;
    info: object;
    paths: Record<string, Record<string, Loose>>;
    components: Record<string, Loose>;
  };

  beforeAll(async () => {
    document = (await (await fetch(new URL('/openapi.json', scratch.url))).json()) as typeof document;
  });

  it('is OpenAPI 3.1 with unique operations, described parameters and references that lead somewhere', () => {
    expect(document).toMatchObject({
      openapi: expect.stringMatching(/^3\.1\./),
      info: { title: 'MCTL', version: expect.any(String) },
    });
    const all = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.values(methods).map((operation) => ({ path, operation })),
    );
    const ids = all.map(({ operation }) => operation.operationId as string);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { path, operation } of all) {
      expect(Object.keys(operation.responses as object).length).toBeGreaterThan(0);
      const inPath = [...path.matchAll(/\{([a-z_]+)\}/g)].map(([, name]) => name);
      const parameters = ((operation.parameters ?? []) as { in: string; name: string; required: boolean }[]).filter(
        (each) => each.in === 'path',
      );
      expect(parameters.map(({ name }) => name).sort()).toEqual(inPath.sort());
      expect(parameters.every(({ required }) => required)).toBe(true);
      for (const scheme of (operation.security ?? []) as object[]) {
        expect(Object.keys(document.components.securitySchemes as object)).toEqual(
          expect.arrayContaining(Object.keys(scheme)),
        );
      }
    }
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = '']) => path);
    const lost = references.filter(
      (path) => path.split('/').reduce<Loose>((node, key) => node?.[key], document) === undefined,
    );
    expect(lost).toEqual([]);
  });

  it('has a path for every operation, with the input of its tool', () => {
    for (const { name, tool } of operations) {
      const schema =
        document.paths[`/api/v1/operations/${name}/execute`]?.post.requestBody.content['application/json'].schema;
      const declaration = tools.find((each) => each.name === tool) as ToolDeclaration;
      expect(schema).toEqual(JSON.parse(JSON.stringify(jsonSchemaOf(declaration.input, 'input'))));
    }
  });

  it('documents the query and path of every route that reads as its tool has them', () => {
    for (const declaration of tools.filter(({ access }) => access.kind === 'read')) {
      const path = `/api/v1/${routeOf(declaration.name).replace(/:([a-z_]+)/g, '{$1}')}`;
      const { properties } = jsonSchemaOf(declaration.input, 'input') as { properties: object };
      const parameters = (document.paths[path]?.get.parameters ?? []) as { name: string }[];
      expect([path, parameters.map(({ name }) => name).sort()]).toEqual([path, Object.keys(properties).sort()]);
    }
  });
});

class OfTeam {
  @Name({ description: 'The team.' }) team: string;
}

class Done {
  @Text() done: string;
}

const ran: string[] = [];

@Controller('forgotten')
class ForgottenController {
  @Get()
  read(): object {
    ran.push('route');
    return {};
  }
}

@McpController()
class ForgottenTools {
  @Tool({ name: 'forgotten', description: 'A tool whose author forgot to declare who may call it.' })
  forgotten(): object {
    ran.push('tool');
    return {};
  }

  @ReadTool({
    name: 'of_team',
    title: 'Of Team',
    description: 'A tool as it should be.',
    role: 'viewer',
    team: 'argument',
    input: OfTeam,
    answer: Done,
  })
  ofTeam(@Input() { team }: OfTeam, @Caller() _: unknown): Done {
    ran.push(team);
    return { done: team };
  }
}

describe('a program in which somebody forgot to declare access', () => {
  let app: NestExpressApplication;
  const folder = mkdtempSync(join(tmpdir(), 'mctl-forgotten-'));
  const place = () => app.getUrl().then((url) => ({ url, dataDir: folder }));

  beforeAll(async () => {
    log.level = 'silent';
    const config = readConfig({ MCTL_DATA_DIR: folder });
    @Module({ imports: [AppModule.with(config)], controllers: [ForgottenController, ForgottenTools] })
    class Forgetful {}
    app = await NestFactory.create<NestExpressApplication>(Forgetful, { logger: false, bodyParser: false });
    setUpHttp(app, config);
    app.connectMicroservice({ strategy: app.get(MctlStrategy) }, { inheritAppConfig: true });
    await app.startAllMicroservices();
    await app.listen(0, '127.0.0.1');
    await furnish(await place());
  });

  afterAll(async () => {
    await app?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  beforeEach(() => ran.splice(0));

  it('refuses the route, for administrators too', async () => {
    const { url } = await place();
    const response = await fetch(new URL('/forgotten', url), { headers: bearer(await tokenFor(folder, 'admin')) });
    expect([response.status, await response.json()]).toEqual([403, expect.objectContaining({ code: 'undeclared' })]);
    expect(ran).toEqual([]);
  });

  it('refuses the tool and does not list it', async () => {
    const { url } = await place();
    const admin = await tokenFor(folder, 'admin');
    expect(await callMcp(url, admin, 'forgotten', {})).toMatchObject({ ok: false, code: 'undeclared' });
    const list = await fetch(new URL('/mcp', url), {
      method: 'POST',
      headers: { ...MCP_HEADERS, ...bearer(admin) },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
    });
    expect(await list.text()).not.toContain('"forgotten"');
    expect(ran).toEqual([]);
  });

  it('refuses a foreign team before the tool itself is reached', async () => {
    const { url } = await place();
    const call = async (login: string) => callMcp(url, await tokenFor(folder, login), 'of_team', { team: 'billing' });
    expect(await call(PEOPLE.stranger)).toMatchObject({ ok: false, code: 'team_not_found' });
    expect(ran).toEqual([]);
    expect(await call(PEOPLE.viewer)).toMatchObject({ ok: true, body: { done: 'billing' } });
    expect(ran).toEqual(['billing']);
  });
});
