import { setTimeout as sleep } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { createApp } from '../app';
import { Audit } from '../platform/audit/audit';
import type { Actor } from '../platform/auth/actor';
import { namedTeam } from '../platform/auth/auth.guard';
import type { Config } from '../platform/config';
import { MctlError, toErrorBody } from '../platform/errors';
import { AnswerBuilder } from '../platform/operations/answer-builder';
import type { WriteAnswer } from '../platform/operations/dto';
import type { Operation } from '../platform/operations/operation';
import { OperationStore } from '../platform/operations/operation-store';
import { Operations } from '../platform/operations/operations';
import { OperationRegistry } from '../platform/operations/registry';
import { packageVersion } from '../platform/package-root';
import { parseInput } from '../platform/schema';
import type { Call, Outcome } from './call';
import { cliActor } from './cli-actor';

const LOOK_EVERY_MS = 100;

/**
 * Opens the whole program without listening, runs the operation to its end and closes again.
 * @throws StoreInUse while a server has the data folder open.
 */
export async function callHere(config: Config, call: Call): Promise<Outcome> {
  const app = await createApp(config);
  try {
    await app.init();
    return await run(app, call, cliActor(config, call.user, `mctl-cli/${packageVersion}`));
  } finally {
    await app.close();
  }
}

async function run(app: INestApplicationContext, call: Call, actor: Actor): Promise<Outcome> {
  const operation = app.get(OperationRegistry).find(call.operation);
  try {
    const known = operation ?? app.get(OperationRegistry).get(call.operation);
    const answer = await app.get(Operations).run(known, actor, parseInput(known.input, call.input));
    return { answer: await untilEnded(app, answer) };
  } catch (error) {
    if (!(error instanceof MctlError)) throw error;
    if (operation) await recordRefusal(app, operation, { actor, input: call.input, code: error.code });
    return { refusal: toErrorBody(error, actor.via.requestId) };
  }
}

/** The doors' interceptor does this for calls that come through a door. */
async function recordRefusal(
  app: INestApplicationContext,
  { name, kind }: Operation,
  { actor, input, code }: { actor: Actor; input: unknown; code: string },
): Promise<void> {
  const team = namedTeam(input);
  await app.get(Audit).record({ event: 'refused', operation: name, risk: kind, actor, team, code });
}

/** Nobody else would finish it before the next start; the engine's own deadline bounds the wait. */
async function untilEnded(app: INestApplicationContext, answer: WriteAnswer): Promise<WriteAnswer> {
  const { id } = answer.operation;
  if (id === null) return answer;
  for (;;) {
    const row = await app.get(OperationStore).get(id);
    if (row.status === 'succeeded' || row.status === 'failed') return app.get(AnswerBuilder).ofRow(row);
    await sleep(LOOK_EVERY_MS);
  }
}
