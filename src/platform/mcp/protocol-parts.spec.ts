import { McpServer } from '@modelcontextprotocol/server';
import { ProtocolParts } from './protocol-parts';
import { RequestHandlers } from './request-handlers';

const server = (): McpServer => new McpServer({ name: 'test', version: '1' }, { capabilities: { tools: {} } });

describe('ProtocolParts', () => {
  it('merges extensions of several parts, and lets a later part name a capability anew', () => {
    const parts = new ProtocolParts();
    parts.add(
      { capabilities: { completions: {}, extensions: { 'a/b': {} } }, bind: () => undefined },
      { capabilities: { tools: { listChanged: true }, extensions: { 'c/d': {} } }, bind: () => undefined },
    );
    expect(parts.capabilities({ tools: {} }, 'modern')).toEqual({
      tools: { listChanged: true },
      completions: {},
      extensions: { 'a/b': {}, 'c/d': {} },
    });
  });

  it('adds no extensions where no part has one', () => {
    expect(new ProtocolParts().capabilities({ tools: {} }, 'modern')).toEqual({ tools: {} });
  });

  it('tells clients of the other era nothing of a part that is not for them', () => {
    const parts = new ProtocolParts();
    parts.add({ era: 'modern', capabilities: { extensions: { 'a/b': {} } }, bind: () => undefined });
    expect(parts.capabilities({}, 'modern')).toEqual({ extensions: { 'a/b': {} } });
    expect(parts.capabilities({}, 'legacy')).toEqual({});
  });
});

describe('RequestHandlers', () => {
  it('collects what is bound instead of setting it, and leaves the server as it was', () => {
    const mcp = server();
    const handlers = new RequestHandlers(mcp, 'modern', undefined);
    const original = mcp.server.setRequestHandler;
    handlers.collect(() => mcp.server.setRequestHandler('tools/list', () => ({ tools: [] })));
    expect(mcp.server.setRequestHandler).toBe(original);
    const set = jest.spyOn(mcp.server, 'setRequestHandler');
    handlers.install();
    expect(set.mock.calls.map(([method]) => method)).toEqual(['tools/list']);
  });

  it('wraps what answers a method now, the later one outermost, and nothing where nobody answers', async () => {
    const handlers = new RequestHandlers(server(), 'modern', undefined);
    const set = jest.spyOn(handlers.server.server, 'setRequestHandler');
    handlers.handle('tools/call', () => ['core']);
    for (const name of ['inner', 'outer']) {
      handlers.wrap('tools/call', (next) => async (...call) => [name, ...((await next(...call)) as string[])]);
    }
    handlers.wrap('prompts/get', () => () => 'never');
    handlers.install();
    expect(set).toHaveBeenCalledTimes(1);
    const handler = set.mock.calls[0]?.[2] as unknown as (params: object) => Promise<string[]>;
    expect(await handler({ name: 'any' })).toEqual(['outer', 'inner', 'core']);
  });
});
