import { MissingRequiredClientCapabilityError, type ServerContext } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { TASKS_EXTENSION } from './task';

const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';

const envelope = z.object({
  [CAPABILITIES]: z.object({ extensions: z.object({ [TASKS_EXTENSION]: z.looseObject({}) }) }),
});

/** Whether the client takes a task for an answer to this very request. */
export function declaresTasks({ mcpReq }: ServerContext): boolean {
  return envelope.safeParse(mcpReq.envelope).success;
}

/** @throws ProtocolError -32021 that names the extension. */
export function mustDeclareTasks(context: ServerContext): void {
  if (declaresTasks(context)) return;
  throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { extensions: { [TASKS_EXTENSION]: {} } } });
}
