import type { Request } from 'express';
import { clientName, requestIdOf, viaOf } from './via';

const requestOf = (path: string, headers: Record<string, unknown> = {}) => ({ path, headers }) as unknown as Request;

describe(viaOf.name, () => {
  it.each([
    ['/mcp', 'mcp'],
    ['/mcp/', 'mcp'],
    ['/MCP', 'mcp'],
    ['/mcpx', 'rest'],
    ['/api/v1/mcp', 'rest'],
  ])('takes %s for the door %s', (path, door) => {
    expect(viaOf(requestOf(path)).door).toBe(door);
  });
});

describe(requestIdOf.name, () => {
  it.each(['trace-1', 'a.b_c', 'x'.repeat(64)])('keeps %s', (id) => {
    expect(requestIdOf(requestOf('/', { 'x-request-id': id }))).toBe(id);
  });

  it.each(['', 'a b', 'a\nb', 'x'.repeat(65), ['a', 'b'], `ghp_${'a'.repeat(36)}`])('replaces %j', (id) => {
    const request = requestOf('/', { 'x-request-id': id });
    expect(requestIdOf(request)).toMatch(/^[0-9a-z]{26}$/);
    expect(requestIdOf(request)).toBe(requestIdOf(request));
  });
});

describe(clientName.name, () => {
  it.each([
    ['claude/1.0', 'claude/1.0'],
    ['a\r\nOperation-Id: b', 'a Operation-Id: b'],
    ['x'.repeat(200), 'x'.repeat(100)],
    ['\u202e', undefined],
    [`curl ghp_${'a'.repeat(36)} x`, 'curl [masked] x'],
    [7, undefined],
  ])('makes %j harmless', (name, expected) => {
    expect(clientName(name)).toBe(expected);
  });
});
