import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as OldTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { checkedFetch } from './checked-fetch';
import type { Loose } from './loose';
import type { CallResult, Era } from './mcp-eras';

/** What a person does with a question. */
export type Reply = (question: Loose) => unknown;

export const typing = (name: string): Loose => ({ action: 'accept', content: { name } });

/** The name that a question asks for. */
export const nameIn = (question: Loose): string =>
  /type the name (\S+) to confirm/.exec(question.message as string)![1]!;

/** A client of either wire with a person before it, who is asked through forms. */
export class AskedClient {
  readonly questions: Loose[] = [];
  reply: Reply = (question) => typing(nameIn(question));
  private client!: { callTool(params: object): Promise<unknown>; close(): Promise<void> };

  static async connect(era: Era, url: string, token: string, elicitation: Loose = { form: {} }): Promise<AskedClient> {
    const asked = new AskedClient();
    const info = { name: 'asked', version: '1.0.0' };
    const options = { fetch: checkedFetch, requestInit: { headers: { Authorization: `Bearer ${token}` } } };
    const address = new URL('/mcp', url);
    if (era === '2025 by the old client') {
      const client = new OldClient(info, { capabilities: { elicitation } });
      client.setRequestHandler(ElicitRequestSchema, ({ params }) => asked.answer(params));
      await client.connect(new OldTransport(address, options));
      asked.client = client;
      return asked;
    }
    const pinned = era === '2026-07-28' ? { versionNegotiation: { mode: { pin: era } } } : {};
    const client = new Client(info, { ...pinned, capabilities: { elicitation } });
    client.setRequestHandler('elicitation/create', ({ params }) => asked.answer(params));
    await client.connect(new StreamableHTTPClientTransport(address, options));
    asked.client = client;
    return asked;
  }

  async call(name: string, args: Record<string, unknown>): Promise<CallResult> {
    return (await this.client.callTool({ name, arguments: args })) as CallResult;
  }

  close(): Promise<void> {
    return this.client.close();
  }

  private answer(question: Loose): Loose {
    this.questions.push(question);
    return this.reply(question);
  }
}

/** Body of a refusal. */
export function refusal({ isError, content }: CallResult): Loose {
  expect(isError).toBe(true);
  return JSON.parse(content[0]?.text ?? '{}');
}
