import { Inject, Injectable } from '@nestjs/common';
import {
  type CallToolResult,
  type ElicitRequestFormParams,
  inputRequired,
  isInputRequiredResult,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { Audit, type AuditEntry } from '../../audit/audit';
import type { Actor } from '../../auth/actor';
import { RateLimits } from '../../auth/rate-limits';
import { Conflict, MctlError } from '../../errors';
import { bodyOf } from '../../http/error.filter';
import { requestIdOf } from '../../http/via';
import type { WriteAnswer } from '../../operations/answer.dto';
import { argsDigestOf, type WriteArguments } from '../../operations/arguments.dto';
import { type Confirmation, ConfirmTokens, type OpenedToken } from '../../operations/confirm-token';
import type { Operation } from '../../operations/operation';
import { OperationRegistry } from '../../operations/registry';
import { parseInput } from '../../schema';
import { Store } from '../../store';
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
 * token and no second rule: whoever can be asked gets a form in place of plan and token, and the confirmation travels as
 * `requestState`, sealed for a form, so that it is no token for whoever holds it. All questions about one call share its id: one that
 * is declined or cancelled is used up with all before it. `Operations` decides about a yes as it does for everybody.
 */
@Injectable()
export class Confirmations {
  constructor(
    @Inject(ToolCatalog) private readonly catalog: ToolCatalog,
    @Inject(OperationRegistry) private readonly operations: OperationRegistry,
    @Inject(ConfirmTokens) private readonly tokens: ConfirmTokens,
    @Inject(Audit) private readonly audit: Audit,
    @Inject(RateLimits) private readonly limits: RateLimits,
    @Inject(Store) private readonly store: Store,
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
      const state = answer.requestState ?? '';
      if (round === PUSH_ROUNDS) return this.giveUp(asking, state, 'mistyped');
      const response = await send(asking, form, end - Date.now());
      if (response === undefined) return this.giveUp(asking, state, 'unanswered');
      answer = await this.proceed(asking, state, response);
    }
    return answer;
  }

  /**
   * Plans anew, so that the person sees what would happen now; whatever is no request for a confirmation is the answer itself.
   * @param earlier what was asked before, about the same call.
   */
  private async ask(asking: Asking, earlier?: OpenedToken, again?: Again): Promise<unknown> {
    const { operation, request, context, next } = asking;
    const result = (await next(request, context)) as CallToolResult;
    const answer = result.structuredContent as WriteAnswer | undefined;
    const token = answer?.plan?.confirm_token;
    if (!answer || token === undefined) return result;
    const input = parsed(operation, request);
    const opened = await this.tokens.open(token, callOf(asking, input));
    const form = confirmationForm({ title: operation.title, name: typedNameOf(operation, input), again }, answer);
    return inputRequired({
      inputRequests: { [QUESTION]: inputRequired.elicit(form) },
      requestState: await this.tokens.sealAs('form', opened, earlier),
    });
  }

  private async proceed(asking: Asking, state: string, response: unknown): Promise<unknown> {
    const { operation, request } = asking;
    const input = parsed(operation, request);
    const opened = await this.opened(asking, state, input);
    // The state alone carries the confirmation here: an answer that says no must not meet a yes among the arguments.
    const bare = { ...asking, request: withArguments(request, { confirm_token: undefined }) };
    const verdict = verdictOn(response, typedNameOf(operation, input));
    switch (verdict) {
      case 'accepted':
        return this.carryOut(bare, opened);
      case 'mistyped':
        return this.ask(bare, opened, 'mistyped');
      case 'missing':
        return this.ask(bare, opened);
      default:
        return this.useUp(asking, opened, verdict);
    }
  }

  private async carryOut(asking: Asking, opened: OpenedToken): Promise<unknown> {
    const confirmed = withArguments(asking.request, { confirm_token: await this.tokens.sealAs('argument', opened) });
    const result = (await asking.next(confirmed, asking.context)) as CallToolResult;
    const code = errorCodeOf(result);
    if (code === 'stale_plan') return this.ask(asking, opened, 'changed');
    if (code === 'confirmation_invalid') throw invalidState();
    return result;
  }

  /** @throws ProtocolError for a state that MCTL did not seal for this caller, operation and arguments, or that has expired. */
  private async opened(asking: Asking, state: string, input: WriteArguments): Promise<OpenedToken> {
    try {
      return await this.tokens.open(state, callOf(asking, input), 'form');
    } catch (error) {
      return this.invalid(asking, error);
    }
  }

  /** @throws NotAllowed always, or ProtocolError. */
  private async giveUp(asking: Asking, state: string, why: Unconfirmed): Promise<never> {
    const opened = await this.opened(asking, state, parsed(asking.operation, asking.request));
    return this.useUp(asking, opened, why);
  }

  /**
   * A no is for good: no yes to the same question counts after it. Not counted against the caller's limit, which must not keep a no from
   * being heard: there is one for each plan, and that was counted.
   * @throws NotAllowed in the words of the no; ProtocolError where the question was used up before.
   */
  private async useUp(asking: Asking, opened: OpenedToken, why: Unconfirmed): Promise<never> {
    const error = unconfirmed(why);
    const entry = refused(asking, error.code, parsed(asking.operation, asking.request));
    try {
      await this.store.transaction(async (transaction) => {
        await this.tokens.consume(transaction, opened);
        await this.audit.append(transaction, [entry]);
      });
    } catch (reason) {
      return this.invalid(asking, reason);
    }
    throw error;
  }

  /**
   * No guard has counted what goes no further, and every line of the audit trail stays for good.
   * @throws ProtocolError for what is wrong with a token; `reason` itself where it is something else.
   */
  private async invalid(asking: Asking, reason: unknown): Promise<never> {
    if (!(reason instanceof Conflict)) throw reason;
    await this.limits.count(asking.actor, 'destructive');
    await this.audit.record(refused(asking, reason.code));
    throw invalidState();
  }
}

function refused({ operation, actor }: Asking, code: string, input?: WriteArguments): AuditEntry {
  const team = input && 'team' in input && typeof input.team === 'string' ? input.team : undefined;
  const { name, risk } = operation;
  return { event: 'refused', operation: name, risk, actor, team, target: input && operation.target(input), code };
}

function callOf({ operation, actor }: Asking, input: WriteArguments): Omit<Confirmation, 'planDigest'> {
  return { actor: actor.login, operation: operation.name, argsDigest: argsDigestOf(operation.name, input) };
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
