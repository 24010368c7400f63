import { budgetReport, costsOf, TOKEN_BUDGET, tokensOf, totalOf } from '../../src/cli/tool-budget';
import { INSTRUCTIONS } from '../../src/platform/mcp/instructions';
import { ToolCatalog } from '../../src/platform/mcp';
import { bearer, lastMessage, MCP_HEADERS } from '../support/doors';
import { ScratchApp } from '../support/scratch-app';
import { tokenFor } from '../support/tokens';

let scratch: ScratchApp;

beforeAll(async () => {
  scratch = await ScratchApp.start();
});

afterAll(() => scratch?.stop());

const tools = () => scratch.app.get(ToolCatalog).declarations;

it('keeps all tools, and those that only read, within their budget', () => {
  process.stdout.write(`${budgetReport(tools())}\n`);
  const costs = costsOf(tools());
  expect(costs).toHaveLength(39);
  expect(totalOf(costs)).toBeLessThanOrEqual(TOKEN_BUDGET.all);
  expect(totalOf(costs.filter(({ isRead }) => isRead))).toBeLessThanOrEqual(TOKEN_BUDGET.read);
});

it('counts what really goes over the wire', async () => {
  const response = await fetch(new URL('/mcp', scratch.url), {
    method: 'POST',
    headers: { ...MCP_HEADERS, ...bearer(await tokenFor(scratch.dataDir, 'admin')) },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }),
  });
  const { result } = lastMessage(await response.text());
  const keys = ['annotations', 'description', 'inputSchema', 'name', 'outputSchema', 'title'];
  for (const tool of result.tools as object[]) expect(Object.keys(tool).sort()).toEqual(keys);
  expect(tokensOf(Buffer.byteLength(JSON.stringify(result.tools), 'utf8'))).toBe(totalOf(costsOf(tools())));
});

it('teaches once, in instructions that no client cuts', () => {
  expect(INSTRUCTIONS.length).toBeLessThanOrEqual(2048);
  for (const word of [
    'dry_run',
    'confirm_token',
    'wait_seconds',
    'reason',
    'idempotency_key',
    'next_actions',
    'next_cursor',
  ]) {
    expect(INSTRUCTIONS).toContain(word);
  }
});
