import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Call,
  corrected,
  type Correction,
  correctionIn,
  filledIn,
  keyOf,
  named,
  type Step,
  stepsIn,
} from './assistant-reading';
import type { Loose } from './loose';
import { connectEra, type Era, type EraClient } from './mcp-eras';

/** What a person wants: in words, and what they know for it, by the names of arguments. */
export interface Goal {
  readonly words: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Who sits before the assistant. */
export interface Person {
  /** Whether to go on with a write, having seen its plan where there is one. */
  agrees(call: Call): boolean;
  /** Is shown every answer; resolves when they have done what they wanted to do about it. */
  hears(answer: Loose, call: Call): Promise<void>;
  /** Fills in a form, where the client can show one. */
  fillsIn?(form: Loose): Loose;
}

/** What passed over the wire. */
export interface Exchange {
  readonly call: Call;
  readonly answer: Loose;
  readonly isError: boolean;
}

/** What a conversation cost; bytes are those of arguments and of results, as a model reads them. */
export interface Conversation {
  readonly exchanges: readonly Exchange[];
  readonly bytes: number;
}

interface Action extends Call {
  readonly why: string;
}

/** More than any goal may take: who needs more goes round in circles. */
const MOST_CALLS = 40;
const OPEN = ['submitted', 'running'];
const ASKS = ['planned', 'confirmation_required'];
/** Where an answer does not say when to ask again. */
const POLL_MS = 200;

/**
 * An assistant without a mind: it knows of the server what that says of itself (tools, prompts, `next_actions`, errors) and has these
 * rules. Begin with the prompt that is called what the person wants, else with the tool, planned first. Follow the first of
 * `next_actions` that was not followed since the last change; a write only when the person agrees. Where something runs, ask again
 * until it has ended. Correct what a refusal says how to correct; stop where it says nothing of the kind.
 */
export class Assistant {
  private exchanges: Exchange[] = [];
  private bytes = 0;
  private corrections: Correction[] = [];
  private looked = new Set<string>();
  private written = new Set<string>();
  private lastWrite: Loose;
  private waiting: Action | undefined;
  private goal: Goal = { words: '', facts: {} };

  private constructor(
    private readonly client: EraClient,
    private readonly person: Person,
    private readonly tools: readonly Loose[],
    private readonly prompts: readonly Loose[],
  ) {}

  static async connect(era: Era, at: { url: string; token: string }, person: Person): Promise<Assistant> {
    const form = person.fillsIn && ((question: Loose): Loose => person.fillsIn!(question));
    const client = await connectEra(era, at.url, at.token, 'scripted-assistant', form);
    return new Assistant(client, person, await client.list(), await client.prompts());
  }

  /** Bytes of what is read once, before the first goal. */
  get startBytes(): number {
    return sizeOf(this.client.instructions) + sizeOf(this.tools) + sizeOf(this.prompts);
  }

  close(): Promise<void> {
    return this.client.close();
  }

  /** @throws Error where it goes round in circles. */
  async pursue(goal: Goal): Promise<Conversation> {
    Object.assign(this, { exchanges: [], bytes: 0, corrections: [], lastWrite: undefined, waiting: undefined, goal });
    this.looked.clear();
    this.written.clear();
    for (const step of await this.begin()) await this.take(step);
    return { exchanges: this.exchanges, bytes: this.bytes };
  }

  private async begin(): Promise<readonly Step[]> {
    const { words, facts } = this.goal;
    const prompt = named(this.prompts, words);
    if (prompt) {
      const names = (prompt.arguments as Loose[]).map(({ name }) => name as string);
      return this.read({ tool: prompt.name, arguments: only(facts, names) });
    }
    const tool = named(this.tools, words);
    if (!tool) throw new Error(`Nothing is called like: ${words}`);
    const { readOnlyHint, destructiveHint } = tool.annotations;
    const call = {
      tool: tool.name,
      arguments: { ...facts, ...(!readOnlyHint && !destructiveHint && { dry_run: true }) },
    };
    return [{ words, calls: [call] }];
  }

  /** The steps of a prompt; a wrong name is corrected as in a call. */
  private async read(call: Call): Promise<readonly Step[]> {
    try {
      const result = await this.client.prompt(call.tool, call.arguments as Record<string, string>);
      this.note({ call, answer: result, isError: false }, sizeOf(result.messages));
      const names = this.tools.map(({ name }) => name as string);
      return stepsIn(result.messages[0].content.text, names);
    } catch (error) {
      const { data } = error as { data?: Loose };
      if (!data) throw error;
      this.note({ call, answer: data, isError: true }, sizeOf(data));
      const again = this.correct(call, data);
      return again ? this.read(again) : [];
    }
  }

  private async take({ words, calls }: Step): Promise<void> {
    const [, status] = /^\w+\. Unless the answer says (\w+)/.exec(words) ?? [];
    if (status !== undefined && status === this.lastWrite?.operation.status) return;
    for (const call of calls) {
      const known = filledIn(call.arguments, this.lastWrite, this.goal.words);
      if (known && (await this.fits({ ...call, arguments: known }))) await this.follow({ ...call, arguments: known });
    }
  }

  /** A call, what its answer says makes sense next, and so on; where something runs, until it has ended. */
  private async follow(first: Call): Promise<void> {
    for (let next: Call | undefined = first; next;) {
      const answer: Loose = await this.make(next);
      next = await this.nextOf(answer);
      if (next || !this.waiting) continue;
      await sleep(patienceFor(this.waiting));
      next = this.waiting;
    }
  }

  private async nextOf(answer: Loose): Promise<Call | undefined> {
    for (const action of answer?.next_actions ?? []) if (await this.fits(action)) return action;
    return undefined;
  }

  /** Whether a call is worth making now, and the person wants it. */
  private async fits(call: Call): Promise<boolean> {
    const key = keyOf(this.complete(call));
    if (this.isRead(call)) return !this.looked.has(key);
    return !this.written.has(key) && (this.isFirst() || this.person.agrees(call));
  }

  private isFirst(): boolean {
    return this.exchanges.length === 0;
  }

  /** What changes nothing: a read, or the plan of a write. */
  private isRead({ tool, arguments: { dry_run } }: Call): boolean {
    return dry_run === true || this.tools.find(({ name }) => name === tool)?.annotations.readOnlyHint === true;
  }

  /** Makes a call, corrected as refusals ask; undefined where one of them does not say how. */
  private async make(wanted: Call): Promise<Loose> {
    const call = this.complete(corrected(wanted, this.corrections));
    const { content, isError = false } = await this.client.call(call.tool, { ...call.arguments });
    const answer = JSON.parse(content[0]?.text ?? '{}');
    this.note({ call, answer, isError }, sizeOf(answer));
    if (this.isRead(call)) this.looked.add(keyOf(call));
    else if (isError || !ASKS.includes(answer.operation.status)) this.written.add(keyOf(call));
    await this.person.hears(answer, call);
    if (isError && !answer.operation) {
      const again = this.correct(call, answer);
      return again && this.make(again);
    }
    this.remember(call, answer);
    return answer;
  }

  /** What the person knows beside what the call says, why it is made, and patience, where the tool takes them. */
  private complete({ tool, arguments: args }: Call): Call {
    const { properties, required = [] } = this.tools.find(({ name }) => name === tool)!.inputSchema;
    const own = { reason: this.goal.words, wait_seconds: 25, ...this.goal.facts };
    const missing = this.isRead({ tool, arguments: {} }) ? (required as string[]) : Object.keys(properties);
    return corrected({ tool, arguments: { ...only(own, missing), ...args } }, this.corrections);
  }

  /** What has changed, and what has to be waited for. */
  private remember(call: Call, answer: Loose): void {
    const status: string | undefined = answer.operation?.status ?? answer.status;
    const isWrite = answer.operation?.status !== undefined && !ASKS.includes(status!);
    if (isWrite) this.lastWrite = answer;
    const hasEnded = this.waiting !== undefined && keyOf(call) === keyOf(this.waiting) && !OPEN.includes(status!);
    if (hasEnded) this.waiting = undefined;
    if (isWrite || hasEnded) this.looked.clear();
    if (isWrite && OPEN.includes(status!)) this.waiting = answer.next_actions[0];
    const { waiting } = this;
    if (waiting) {
      this.waiting = answer.next_actions?.find((action: Action) => keyOf(action) === keyOf(waiting)) ?? waiting;
    }
  }

  private correct(call: Call, error: Loose): Call | undefined {
    const correction = correctionIn(error, call);
    if (!correction) return undefined;
    this.corrections.push(correction);
    return corrected(call, [correction]);
  }

  private note(exchange: Exchange, answered: number): void {
    this.exchanges.push(exchange);
    this.bytes += sizeOf(exchange.call.arguments) + answered;
    if (this.exchanges.length > MOST_CALLS) {
      const tools = this.exchanges.map(({ call }) => call.tool);
      throw new Error(`It goes round in circles: ${tools.join(', ')}`);
    }
  }
}

function only(facts: Goal['facts'], names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(facts).filter(([name]) => names.includes(name)));
}

/** Milliseconds until the time that an action names, and a little for the work itself. */
function patienceFor({ why }: Action): number {
  const [time] = /\d{4}-\d\d-\d\dT[\d:.]+Z/.exec(why) ?? [];
  return (time === undefined ? 0 : Math.max(0, Date.parse(time) - Date.now())) + POLL_MS;
}

/** Bytes as UTF-8. */
function sizeOf(value: unknown): number {
  return Buffer.byteLength(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
}
