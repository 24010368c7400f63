import type { NestExpressApplication } from '@nestjs/platform-express';
import passport from 'passport';
import type { Request } from 'express';
import { viaOf } from '../../src/platform/http/via';
import { callMcp, callRest, lastMessage, MCP_HEADERS } from '../support/doors';
import { done, signedIn } from '../support/furnish';
import type { Loose } from '../support/loose';
import { ScratchApp } from '../support/scratch-app';
import { LOCAL_TOKEN } from '../../src/platform/auth/token-kinds';
import { ToolCatalog } from '../../src/platform/mcp';
import { readContract } from '../support/contract-file';
import { SCOPE_OF, SCOPES } from '../../src/platform/auth/scopes';

const PUBLIC_URL = 'https://mctl.example.org';
const ISSUER = 'https://dex.example.org';

let scratch: ScratchApp;
let app: NestExpressApplication;

/** Stands in for the kind of credential that has scopes, our own OAuth tokens: `scoped:` and the scopes, for administrator `admin`. */
class ScopedTokens extends passport.Strategy {
  override authenticate(request: Request): void {
    const scopes = /^Bearer scoped~(.*)$/.exec(request.headers.authorization ?? '')?.[1];
    if (scopes === undefined) return this.fail(401);
    const login = 'admin';
    this.success({
      login,
      method: 'oidc',
      isAdmin: true,
      scopes: scopes.split('+').filter(Boolean),
      via: viaOf(request),
    });
  }
}

beforeAll(async () => {
  scratch = await ScratchApp.start();
  await done(await signedIn(scratch, 'admin'), 'create-tenant', { team: 'billing' });
  await scratch.stop();
  scratch = await ScratchApp.start({
    MCTL_PUBLIC_URL: PUBLIC_URL,
    MCTL_ADMINS: 'admin',
    MCTL_OIDC_ISSUERS: JSON.stringify([{ issuer: ISSUER, audiences: ['mctl'], loginClaim: 'sub' }]),
  });
  app = scratch.app;
  passport.use(LOCAL_TOKEN, new ScopedTokens());
});

afterAll(() => scratch?.stop());

const token = (...scopes: string[]): string => `scoped~${scopes.join('+')}`;
const CREATE = { team: 'payments', dry_run: true };
const asked = (challenge: string | null): string | undefined => /scope="([^"]*)"/.exec(challenge ?? '')?.[1];

/** Status, challenge and body of a call at the HTTP level. */
async function raw(path: string, bearer: string, body?: object): Promise<[number, string | null, string]> {
  const response = await fetch(new URL(path, scratch.url), {
    method: body ? 'POST' : 'GET',
    headers: {
      Authorization: `Bearer ${bearer}`,
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  return [response.status, response.headers.get('www-authenticate'), await response.text()];
}

async function rpcAnswer(bearer: string, message: object): Promise<Loose> {
  const headers = { ...MCP_HEADERS, Authorization: `Bearer ${bearer}` };
  const response = await fetch(new URL('/mcp', scratch.url), {
    method: 'POST',
    headers,
    body: JSON.stringify(message),
  });
  return lastMessage(await response.text());
}

const rpc = (name: string, args: object) => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name, arguments: args },
});

describe('S24 scopes', () => {
  it('open what they name, and coarse ones all of it', async () => {
    for (const scopes of [['platform:destroy'], ['platform:write'], ['platform:read', 'tenant:admin']]) {
      const answer = await callMcp(scratch.url, token(...scopes), 'mctl_create_tenant', CREATE);
      expect([scopes, answer.ok]).toEqual([scopes, true]);
      expect((await callRest(scratch.url, token(...scopes), 'mctl_create_tenant', CREATE, 'create-tenant')).ok).toBe(
        true,
      );
    }
    expect((await callMcp(scratch.url, token('platform:read'), 'mctl_whoami', {})).ok).toBe(true);
  });

  it('are asked for all at once with those the token has, at the HTTP request, through both doors', async () => {
    const [rest, restChallenge] = await raw('/api/v1/operations/create-tenant/execute', token('logs:read'), CREATE);
    const [mcp, mcpChallenge] = await raw('/mcp', token('logs:read'), rpc('mctl_create_tenant', CREATE));
    expect([rest, mcp]).toEqual([403, 403]);
    for (const challenge of [restChallenge, mcpChallenge]) {
      expect(challenge).toMatch(/^Bearer realm="mctl", error="insufficient_scope", error_description="[^"]+", /);
      expect(asked(challenge)).toBe('logs:read platform:read tenant:admin');
    }
    expect(restChallenge).toContain(`resource_metadata="${PUBLIC_URL}/.well-known/oauth-protected-resource"`);
    expect(mcpChallenge).toContain(`resource_metadata="${PUBLIC_URL}/.well-known/oauth-protected-resource/mcp"`);
    const [, onlyOne] = await raw('/mcp', token('platform:read'), rpc('mctl_create_tenant', CREATE));
    expect(asked(onlyOne)).toBe('platform:read tenant:admin');
  });

  it.each([
    ['prompts/get', { name: 'triage_incident', arguments: { team: 'billing' } }],
    ['resources/read', { uri: 'mctl://tenants/billing' }],
    ['resources/read', { uri: 'mctl://platform' }],
  ])('are asked for at the HTTP request of %s, too', async (method, params) => {
    const message = { jsonrpc: '2.0', id: 1, method, params };
    const [status, challenge] = await raw('/mcp', token('logs:read'), message);
    expect([status, asked(challenge)]).toEqual([403, 'logs:read platform:read']);
    expect((await raw('/mcp', token('platform:read'), message))[0]).toBe(200);
  });

  it('are asked of lists and completions without a word of what there is', async () => {
    const ref = { type: 'ref/resource', uri: 'mctl://tenants/{team}' };
    for (const [method, params] of [
      ['prompts/list', {}],
      ['resources/list', {}],
      ['resources/templates/list', {}],
      ['completion/complete', { ref, argument: { name: 'team', value: '' } }],
    ] as const) {
      const message = { jsonrpc: '2.0', id: 1, method, params };
      const { error, result } = await rpcAnswer(token('logs:read'), message);
      expect([method, error?.data.code, result]).toEqual([method, 'insufficient_scope', undefined]);
      expect((await rpcAnswer(token('platform:read'), message)).error).toBeUndefined();
    }
  });

  it.each([
    ['?readonly', 'read_only'],
    ['?toolsets=services', 'outside_toolsets'],
  ])('are not asked for where the connection leaves the tool out: %s', async (query, code) => {
    const call = rpc('mctl_create_tenant', CREATE);
    const [status, challenge, text] = await raw(`/mcp${query}`, token('logs:read'), call);
    expect([status, challenge, text]).toEqual([200, null, expect.stringContaining(code)]);
  });

  it('bound an administrator as well, and open nothing where there are none', async () => {
    expect((await raw('/api/v1/whoami', token()))[0]).toBe(403);
    expect((await raw('/mcp', token(), rpc('mctl_whoami', {})))[0]).toBe(403);
    expect(
      (await raw('/api/v1/operations/delete-tenant/execute', token('platform:write'), { team: 'billing' }))[0],
    ).toBe(403);
    expect((await raw('/api/v1/whoami', token('platform:everything')))[0]).toBe(403);
  });

  it('that are missing for a write are in the audit trail', async () => {
    await raw('/mcp', token('platform:read'), rpc('mctl_create_tenant', CREATE));
    const { body } = await callRest(scratch.url, token('platform:read'), 'mctl_list_recent_operations', { limit: 20 });
    expect(body.items).toEqual(
      expect.arrayContaining([expect.objectContaining({ operation: 'create-tenant', actor: 'admin' })]),
    );
    expect(JSON.stringify(body)).toContain('insufficient_scope');
  });

  it('leave what the protocol itself asks to every token', async () => {
    expect((await raw('/mcp', token(), { jsonrpc: '2.0', id: 1, method: 'tools/list' }))[0]).toBe(200);
    expect((await raw('/mcp', token('platform:read'), rpc('mctl_no_such_tool', {})))[0]).not.toBe(403);
  });

  it('are told for every operation of the contract', () => {
    const operations = readContract().flatMap(({ operation }) => (operation ? [operation] : []));
    expect(operations.filter((name) => !(name in SCOPE_OF))).toEqual([]);
    const known = [
      ...operations,
      ...app.get(ToolCatalog).declarations.map(({ access }) => access.name),
      'mctl_get_service_logs',
      // The page behind a one-time link, which is no operation.
      'secret-intake',
    ];
    expect(Object.keys(SCOPE_OF).filter((name) => !known.includes(name))).toEqual([]);
    expect(Object.values(SCOPE_OF).filter((scope) => !(scope in SCOPES))).toEqual([]);
  });
});
