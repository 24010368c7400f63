import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { type CallToolResult, inputRequired, type ServerContext } from '@modelcontextprotocol/server';
import type { Actor } from '../../auth/actor';
import { RateLimits } from '../../auth/rate-limits';
import { ulid } from '../../crypto';
import { MctlError } from '../../errors';
import { bodyOf } from '../../http/error.filter';
import { requestIdOf } from '../../http/via';
import { AnswerBuilder } from '../../operations/answer-builder';
import type { WriteAnswer } from '../../operations/answer.dto';
import { argsDigestOf } from '../../operations/arguments.dto';
import type { Operation } from '../../operations/operation';
import { OperationStore } from '../../operations/operation-store';
import type { AnsweredPage } from '../../operations/parts';
import { OperationRegistry } from '../../operations/registry';
import { parseInput } from '../../schema';
import type { OperationRow } from '../../store';
import type { ProtocolBinding, ProtocolHandler, ProtocolRequest } from '../protocol-parts';
import { ToolCatalog } from '../tool-catalog';
import { toolError } from '../tool-error';
import { toolResultOf } from '../tool-result.interceptor';
import { canElicit, capabilitiesOf } from './capability';
import { nextStep } from './page.policy';
import { type KeptPage, PageStates } from './page-states';

/** Name of the question among those of one answer; there is one. */
const QUESTION = 'page';
/** How long a call waits for somebody who has agreed to open the page: well below the 60 seconds that clients give a call. */
const WAIT_MS = 20_000;
/** How long a question may be open in a session; with the wait after it still less than those 60 seconds. */
const PUSH_MS = 30_000;
const POLL_MS = 500;

/** One call of a tool that may answer with a link to a page. */
interface Opening {
  readonly operation: Operation;
  readonly page: AnsweredPage;
  readonly actor: Actor;
  readonly request: ProtocolRequest;
  readonly context: ServerContext;
  readonly next: ProtocolHandler;
  /** Whether the client opens addresses for its person. */
  readonly canAsk: boolean;
}

/** The person decides about the page and about nothing else; they must know that when they answer. */
const STANDS = 'The change itself was accepted and does not wait for this.';

/**
 * Asks clients that can to open the page on which a person enters the values of secrets, in place of a link that an assistant has to
 * pass on (ADR 30). What was called is accepted by then: nothing of it hangs on the answer, and no round does it again. A no says so.
 */
@Injectable()
export class PageQuestions {
  constructor(
    @Inject(ToolCatalog) private readonly catalog: ToolCatalog,
    @Inject(OperationRegistry) private readonly operations: OperationRegistry,
    @Inject(OperationStore) private readonly rows: OperationStore,
    @Inject(AnswerBuilder) private readonly answers: AnswerBuilder,
    @Inject(PageStates) private readonly states: PageStates,
    @Inject(RateLimits) private readonly limits: RateLimits,
  ) {}

  bind(binding: ProtocolBinding): void {
    binding.wrap('tools/call', (next) => async (request, context) => {
      const operation = this.operationOf(request);
      const page = operation && this.operations.partsOf(operation).page;
      const { actor, era } = binding;
      if (!page || !actor) return next(request, context);
      const canAsk = canElicit(capabilitiesOf(binding, context), 'url');
      const opening = { operation, page, actor, request, context, next, canAsk };
      try {
        return await (era === 'modern' ? this.round(opening) : this.push(opening));
      } catch (error) {
        if (!(error instanceof MctlError)) throw error;
        return toolError(bodyOf(error, binding.request ? requestIdOf(binding.request) : 'unknown'));
      }
    });
  }

  private operationOf({ params }: ProtocolRequest): Operation | undefined {
    const access = typeof params?.name === 'string' ? this.catalog.accessOf(params.name) : undefined;
    return access && this.operations.find(access.name);
  }

  /** Revision 2026-07-28. Whoever comes back with a state has had the call done: it is never done a second time. */
  private async round(opening: Opening): Promise<unknown> {
    const state: unknown = opening.context.mcpReq.requestState();
    if (typeof state === 'string') return this.resume(opening, state);
    const result = (await opening.next(opening.request, opening.context)) as CallToolResult;
    const kept = opening.canAsk ? await this.keptOf(opening, result) : undefined;
    return kept ? this.ask(opening, kept) : result;
  }

  private async resume(opening: Opening, state: string): Promise<unknown> {
    const { page, context, canAsk, actor } = opening;
    await this.limits.count(actor, 'read');
    const kept = this.states.open(state, this.callOf(opening));
    const response = context.mcpReq.inputResponses?.[QUESTION];
    const action = (response as { action?: unknown } | null | undefined)?.action;
    const isUsed = await this.waitFor(page, kept.url, action === 'accept' ? WAIT_MS : 0, context);
    const step = nextStep({ isUsed, action, round: kept.round, canAsk });
    if (step === 'ask') return this.ask(opening, { ...kept, round: kept.round + 1 });
    const row = await this.rows.get(kept.operationId);
    // Shown anew, an answer opens a page anew and closes the one that somebody may be reading now.
    if (step === 'fresh') return toolResultOf(await this.answers.forCaller(row), opening.operation.answer);
    const answer = { ...kept.presented, ...this.answers.ofRow(row) };
    return toolResultOf(isNo(action) ? withNo(answer, row, page) : answer, opening.operation.answer);
  }

  /** Sessions of 2025-11-25: the question goes along the stream of the call. */
  private async push(opening: Opening): Promise<unknown> {
    const { page, context, request, next, canAsk } = opening;
    const result = (await next(request, context)) as CallToolResult;
    const kept = canAsk ? await this.keptOf(opening, result) : undefined;
    if (!kept) return result;
    const elicitationId = ulid();
    const message = `${kept.message} ${STANDS}`;
    const action = await send(context, { mode: 'url', message, url: kept.url, elicitationId });
    const isUsed = await this.waitFor(page, kept.url, action === 'accept' ? WAIT_MS : 0, context);
    const row = await this.rows.get(kept.operationId);
    const answer = { ...kept.presented, ...this.answers.ofRow(row) };
    if (!isUsed) return isNo(action) ? toolResultOf(withNo(answer, row, page), opening.operation.answer) : result;
    await context.mcpReq.notify({ method: 'notifications/elicitation/complete', params: { elicitationId } });
    return toolResultOf(await this.answers.forCaller(row), opening.operation.answer);
  }

  private ask(opening: Opening, kept: KeptPage): unknown {
    const again = kept.round > 0 ? 'MCTL has no values from this page yet. ' : '';
    const question = inputRequired.elicitUrl({ message: `${again}${kept.message} ${STANDS}`, url: kept.url });
    const requestState = this.states.seal(kept, this.callOf(opening));
    return inputRequired({ inputRequests: { [QUESTION]: question }, requestState });
  }

  /** Undefined where the answer has no page to open. */
  private async keptOf({ page }: Opening, { structuredContent }: CallToolResult): Promise<KeptPage | undefined> {
    const answer = structuredContent as (WriteAnswer & Record<string, unknown>) | undefined;
    const link = answer && page.linkIn(answer);
    if (!link || !answer.operation.id) return undefined;
    const operationId = answer.operation.id;
    const spine = this.answers.ofRow(await this.rows.get(operationId));
    const presented = Object.fromEntries(Object.entries(answer).filter(([name]) => !(name in spine)));
    return { ...link, operationId, presented, round: 0 };
  }

  /** @throws InvalidInput as the call itself would. */
  private callOf({ operation, actor, request }: Opening): string {
    const input = parseInput(operation.input, request.params?.arguments ?? {});
    return `${actor.login} ${argsDigestOf(operation.name, input)}`;
  }

  /** Looks into the store: the page may be served by another process. */
  private async waitFor(page: AnsweredPage, url: string, ms: number, { mcpReq }: ServerContext): Promise<boolean> {
    const end = Date.now() + ms;
    while (!(await page.isUsed(url))) {
      if (Date.now() >= end || mcpReq.signal.aborted) return false;
      await pause(POLL_MS);
    }
    return true;
  }
}

function isNo(action: unknown): boolean {
  return action === 'decline' || action === 'cancel';
}

/** A write that failed needs no taking back. */
function withNo(answer: WriteAnswer, row: OperationRow, page: AnsweredPage): WriteAnswer {
  if (row.status === 'failed') return answer;
  const { message, undo } = page.afterNo({ ...answer }, JSON.parse(row.input) as Record<string, unknown>);
  return {
    ...answer,
    warnings: [...answer.warnings, { code: 'page_declined', message }],
    next_actions: [...answer.next_actions, ...undo],
  };
}

/** What the person did with the question; undefined where nobody answered in time. */
async function send({ mcpReq }: ServerContext, params: Record<string, unknown>): Promise<string | undefined> {
  try {
    const options = { timeout: PUSH_MS, signal: mcpReq.signal };
    return (await mcpReq.send({ method: 'elicitation/create', params }, options)).action;
  } catch {
    return undefined;
  }
}
