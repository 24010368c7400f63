import type { RestResult } from './clients';
import { type Place, signedIn } from './furnish';
import type { Loose } from './loose';
import { connectEra } from './mcp-eras';
import { tokenFor } from './tokens';

/** An operation under the names that the two doors have for it. */
export interface Told {
  readonly tool: string;
  readonly operation: string;
}

/** What a door must be able to do for the story. */
export interface Teller {
  readonly client: string;
  write(what: Told, input: object): Promise<{ answer: Loose; asksToConfirm: boolean }>;
  read(tool: string, path: string, args: Record<string, unknown>): Promise<Loose>;
  close(): Promise<void>;
}

/** Tells through the official MCP client. @throws Error where a call is refused. */
export async function overMcp(place: Place, login: string): Promise<Teller> {
  const name = 'story-assistant';
  const client = await connectEra('2026-07-28', place.url, await tokenFor(place.dataDir, login), name);
  const must = async (tool: string, args: Record<string, unknown>): Promise<Loose> => {
    const { isError, structuredContent, content } = await client.call(tool, args);
    if (isError) throw new Error(`${tool} was refused: ${content[0]?.text}`);
    return structuredContent;
  };
  return {
    client: name,
    write: async ({ tool }, input) => {
      const answer = await must(tool, { ...input });
      return { answer, asksToConfirm: answer.operation.status === 'confirmation_required' };
    },
    read: (tool, _, args) => must(tool, args),
    close: () => client.close(),
  };
}

/** Tells through REST. @throws Error where a call is refused. */
export async function overRest(place: Place, login: string): Promise<Teller> {
  const client = await signedIn(place, login);
  const must = ({ status, body }: RestResult): Loose => {
    if (status >= 400 && status !== 428) throw new Error(`refused with ${status}: ${JSON.stringify(body)}`);
    return body;
  };
  return {
    client: 'node',
    write: async ({ operation }, input) => {
      const result = await client.execute(operation, input);
      return { answer: must(result), asksToConfirm: result.status === 428 };
    },
    read: async (_, path) => must(await client.get(path)),
    close: () => Promise.resolve(),
  };
}
