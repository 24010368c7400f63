import { Inject, Injectable } from '@nestjs/common';
import {
  type CallToolResult,
  type ElicitRequestFormParams,
  inputRequired,
  isInputRequiredResult,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { Audit } from '../../audit/audit';
import type { Actor } from '../../auth/actor';
import { RateLimits } from '../../auth/rate-limits';
import { Conflict, MctlError, NotAllowed } from '../../errors';
import { bodyOf } from '../../http/error.filter';
import { requestIdOf } from '../../http/via';
import type { WriteAnswer } from '../../operations/answer.dto';
import { argsDigestOf, type WriteArguments } from '../../operations/arguments.dto';
import { ConfirmTokens } from '../../operations/confirm-token';
import type { Operation } from '../../operations/operation';
import { OperationRegistry } from '../../operations/registry';
import { parseInput } from '../../schema';
import type { ProtocolBinding, ProtocolHandler, ProtocolRequest } from '../protocol-parts';
import { ToolCatalog } from '../tool-catalog';
import { errorCodeOf, toolError } from '../tool-error';
import { canElicit, capabilitiesOf } from './capability';
import { type Again, confirmationForm, verdictOn } from './confirmation.policy';
import { invalidState } from './invalid-state';
import { unconfirmed, type Unconfirmed } from './unconfirmed';

/** Name of the question among those of one answer; there is one. */
const QUESTION = 'confirm';
/** Clients give a call 60 seconds; whoever is asked during one has a little less, all times together. */
const PUSH_MS = 50_000;
/** Most times that one call of a session asks: a client that answers by itself must not be asked for ever. */
const PUSH_ROUNDS = 5;

/** One call of a destructive tool by a client that can show a form. */
interface Asking {
  readonly operation: Operation;
  readonly actor: Actor;
  readonly request: ProtocolRequest;
  readonly context: ServerContext;
  readonly next: ProtocolHandler;
}

/**
 * Asks the person themselves before something is destroyed, where their client can (ADR 30). Another transport of the confirmation
 * token and no second rule: whoever can be asked gets a form in place of plan and token, and the token travels as `requestState`.
 * Nothing is remembered between the rounds; `Operations` decides about the token as it does for everybody.
 */
@Injectable()
export class Confirmations {
  constructor(
    @Inject(ToolCatalog) private readonly catalog: ToolCatalog,
    @Inject(OperationRegistry) private readonly operations: OperationRegistry,
    @Inject(ConfirmTokens) private readonly tokens: ConfirmTokens,
    @Inject(Audit) private readonly audit: Audit,
    @Inject(RateLimits) private readonly limits: RateLimits,
  ) {}

  bind(binding: ProtocolBinding): void {
    binding.wrap('tools/call', (next) => async (request, context) => {
      const operation = this.destructive(request);
      const { actor, era } = binding;
      if (!operation || !actor || !canElicit(capabilitiesOf(binding, context), 'form')) return next(request, context);
      const asking = { operation, actor, request, context, next };
      try {
        return await (era === 'modern' ? this.round(asking) : this.push(asking));
      } catch (error) {
        if (!(error instanceof MctlError)) throw error;
        return toolError(bodyOf(error, binding.request ? requestIdOf(binding.request) : 'unknown'));
      }
    });
  }

  private destructive({ params }: ProtocolRequest): Operation | undefined {
    const access = typeof params?.name === 'string' ? this.catalog.accessOf(params.name) : undefined;
    return access?.kind === 'destructive' ? this.operations.find(access.name) : undefined;
  }

  /** Revision 2026-07-28: one request is one round, and what the client holds between two of them is sealed. */
  private round(asking: Asking): Promise<unknown> {
    const { mcpReq } = asking.context;
    const state: unknown = mcpReq.requestState();
    if (typeof state !== 'string') return this.ask(asking);
    return this.proceed(asking, state, mcpReq.inputResponses?.[QUESTION]);
  }

  /** Sessions of the revisions before: all rounds are within one call, and the questions go along its own stream. */
  private async push(asking: Asking): Promise<unknown> {
    const end = Date.now() + PUSH_MS;
    let answer = await this.ask(asking);
    for (let round = 0; isInputRequiredResult(answer); round += 1) {
      const form = answer.inputRequests?.[QUESTION]?.params as ElicitRequestFormParams;
      const response = round < PUSH_ROUNDS ? await send(asking, form, end - Date.now()) : undefined;
      if (response === undefined) return this.refuse(asking, 'unanswered');
      answer = await this.proceed(asking, answer.requestState ?? '', response);
    }
    return answer;
  }

  /** Plans anew, so that the person sees what would happen now; whatever is no request for a confirmation is the answer itself. */
  private async ask({ operation, request, context, next }: Asking, again?: Again): Promise<unknown> {
    const result = (await next(request, context)) as CallToolResult;
    const answer = result.structuredContent as WriteAnswer | undefined;
    const token = answer?.plan?.confirm_token;
    if (!answer || token === undefined) return result;
    const name = typedNameOf(operation, parsed(operation, request));
    const form = confirmationForm({ title: operation.title, name, again }, answer);
    return inputRequired({ inputRequests: { [QUESTION]: inputRequired.elicit(form) }, requestState: token });
  }

  private async proceed(asking: Asking, state: string, response: unknown): Promise<unknown> {
    const { operation, actor } = asking;
    const input = parsed(operation, asking.request);
    await this.check(asking, state, input);
    // The state alone carries the confirmation here: an answer that says no must not meet a yes among the arguments.
    const bare = { ...asking, request: withArguments(asking.request, { confirm_token: undefined }) };
    switch (verdictOn(response, typedNameOf(operation, input))) {
      case 'accepted':
        return this.carryOut(bare, state);
      case 'mistyped':
        return this.ask(bare, 'mistyped');
      case 'missing':
        return this.ask(bare);
      case 'declined':
        return this.refuse({ operation, actor, request: asking.request }, 'declined');
      case 'cancelled':
        return this.refuse({ operation, actor, request: asking.request }, 'cancelled');
    }
  }

  private async carryOut(asking: Asking, state: string): Promise<unknown> {
    const confirmed = withArguments(asking.request, { confirm_token: state });
    const result = (await asking.next(confirmed, asking.context)) as CallToolResult;
    const code = errorCodeOf(result);
    if (code === 'stale_plan') return this.ask(asking, 'changed');
    if (code === 'confirmation_invalid') throw invalidState();
    return result;
  }

  /** @throws ProtocolError for a state that MCTL did not seal for this caller, operation and arguments, or that has expired. */
  private async check({ operation, actor }: Asking, state: string, input: WriteArguments): Promise<void> {
    const argsDigest = argsDigestOf(operation.name, input);
    try {
      await this.tokens.open(state, { actor: actor.login, operation: operation.name, argsDigest });
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      await this.record({ operation, actor }, error.code);
      throw invalidState();
    }
  }

  /** @throws NotAllowed always. */
  private async refuse(
    { operation, actor, request }: Pick<Asking, 'operation' | 'actor' | 'request'>,
    why: Unconfirmed,
  ): Promise<never> {
    const error: NotAllowed = unconfirmed(why);
    await this.record({ operation, actor, input: parsed(operation, request) }, error.code);
    throw error;
  }

  /** No guard has counted what goes no further, and every line of the audit trail stays for good. */
  private async record(
    { operation, actor, input }: { operation: Operation; actor: Actor; input?: WriteArguments },
    code: string,
  ): Promise<void> {
    await this.limits.count(actor, 'destructive');
    const team = input && 'team' in input && typeof input.team === 'string' ? input.team : undefined;
    await this.audit.record({
      event: 'refused',
      operation: operation.name,
      risk: operation.risk,
      actor,
      team,
      target: input && operation.target(input),
      code,
    });
  }
}

function typedNameOf(operation: Operation, input: WriteArguments): string {
  return operation.typedName?.(input) ?? operation.target(input);
}

/** @throws InvalidInput as the call itself would. */
function parsed({ input }: Operation, { params }: ProtocolRequest): WriteArguments {
  return parseInput(input, params?.arguments ?? {});
}

function withArguments(request: ProtocolRequest, more: Readonly<Record<string, unknown>>): ProtocolRequest {
  const merged = { ...(request.params?.arguments as object | undefined), ...more };
  const given = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined));
  return { ...request, params: { ...request.params, arguments: given } };
}

/** Undefined where nobody answered in time, or the client could not ask. */
async function send({ context: { mcpReq } }: Asking, form: ElicitRequestFormParams, timeout: number): Promise<unknown> {
  if (timeout <= 0) return undefined;
  try {
    return await mcpReq.send(
      { method: 'elicitation/create', params: { ...form } },
      { timeout, signal: mcpReq.signal, resetTimeoutOnProgress: false },
    );
  } catch {
    return undefined;
  }
}
