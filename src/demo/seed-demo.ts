import type { INestApplicationContext } from '@nestjs/common';
import type { Actor } from '../platform/auth/actor';
import { Config } from '../platform/config';
import { MctlError } from '../platform/errors';
import { Gitops } from '../platform/gitops';
import { MAX_WAIT_SECONDS } from '../platform/operations/dto';
import type { WriteAnswer } from '../platform/operations/answer.dto';
import { OperationStore } from '../platform/operations/operation-store';
import { Operations } from '../platform/operations/operations';
import { OperationRegistry } from '../platform/operations/registry';
import { parseInput } from '../platform/schema';
import { seedIncidents } from './demo-incidents';
import { DEMO_STEPS, type DemoStep } from './demo-steps';

/** Takes the demo's steps one after the other, each as its own user. What was done before is not done again. */
export async function seedDemo(app: INestApplicationContext, actorOf: (login: string) => Actor): Promise<string[]> {
  const teams = [...new Set(DEMO_STEPS.map(({ input }) => input.team))];
  const world = await app.get(Gitops).world();
  const isInUse =
    app.get(Config).values.gitopsRemote !== undefined && world.teams().some((team) => !teams.includes(team));
  if (isInUse) return ['Demo: teams of your own are in this remote repository, so nothing was added to it.'];
  const results = await inOrder(teams, (team) => seedTeam(app, team, actorOf));
  const asOthers = app.get(Config).takesLocalTokens ? [AS_OTHERS] : [];
  return [...results, ...SUGGESTIONS, ...asOthers, ''];
}

const SUGGESTIONS = [
  'Try: "What runs in billing, who changed payment-api last, and why?"',
  'Try: "Deploy payment-api 1.3.0 in billing, and show me the plan first."',
  'Try: "Which database does payment-api in billing have, and how does it reach it?"',
  'Try: "Which previews are there in billing, and how long will they live?"',
  'Try: "payment-api waits for the values of two secrets. Where do I enter them?"',
  'Try: "Which hosts does payment-api answer for, and what is missing for pay.example.com?"',
  'Try: "What is wrong in billing right now, and what changed just before?"',
  'Try: "Put shop in storefront back to the tag before, because search is slow."',
  'Try: "How much of its quota does storefront take when the shop scales out?"',
  'Try: "Which repositories may billing use, and what does MCTL need for that?"',
  'Try: "Storefront has begun to set up OpenClaw. What is still missing, and what will it cost of the quota?"',
];
const AS_OTHERS =
  'As one of them: npm run --silent mctl -- token --user ada (owns billing; grace develops there; mia and noor: storefront)';

async function seedTeam(
  app: INestApplicationContext,
  team: string,
  actorOf: (login: string) => Actor,
): Promise<string> {
  const steps = DEMO_STEPS.filter(({ input }) => input.team === team).map((step, index) => ({
    ...step,
    key: `mctl-demo-1-${team}-${index + 1}`,
  }));
  if (await isSomebodyElses(app, team, steps)) return `Demo: there is a team ${team} already; it was left alone.`;
  let added = 0;
  for (const step of steps) {
    if (await isTaken(app, step)) continue;
    const problem = await take(app, step, actorOf(step.as));
    if (problem) return `Demo: ${team} is incomplete, ${step.operation} by ${step.as}: ${problem}`;
    added += 1;
  }
  added += await seedIncidents(app, team, actorOf);
  const people = [...new Set(steps.map(({ as }) => as))].join(' and ');
  return `Demo: team ${team}, ${steps.length} operations by ${people}${added === 0 ? '; nothing was added' : ''}.`;
}

type KeyedStep = DemoStep & { readonly key: string };

/** A team of that name of which this data folder remembers no demo. */
async function isSomebodyElses(app: INestApplicationContext, team: string, [first]: KeyedStep[]): Promise<boolean> {
  const world = await app.get(Gitops).world();
  return world.hasTenant(team) && !(first && (await isTaken(app, first)));
}

async function isTaken(app: INestApplicationContext, { as, key }: KeyedStep): Promise<boolean> {
  return (await app.get(OperationStore).findByKey(as, key)) !== undefined;
}

/** Answers why it could not be done; undefined where it was. */
async function take(app: INestApplicationContext, step: KeyedStep, actor: Actor): Promise<string | undefined> {
  try {
    const operation = app.get(OperationRegistry).get(step.operation);
    const raw = { ...step.input, idempotency_key: step.key, wait_seconds: MAX_WAIT_SECONDS };
    const answer = await app.get(Operations).run(operation, actor, parseInput(operation.input, raw));
    return isTold(answer) ? undefined : `it is ${answer.operation.status}`;
  } catch (error) {
    if (error instanceof MctlError) return error.message;
    throw error;
  }
}

/** What goes on after its first commit, e.g. waiting for DNS, is part of the story as it is. */
function isTold({ operation, commit }: WriteAnswer): boolean {
  return operation.status === 'succeeded' || (operation.status === 'running' && commit !== null);
}

async function inOrder<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}
