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
  private readonly exchanges: Exchange[] = [];
  private bytes = 0;
  private readonly corrections: Correction[] = [];
  private readonly looked = new Set<string>();
  private readonly written = new Set<string>();
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

  /** Once for each assistant: a goal is a conversation of its own. @throws Error where it goes round in circles. */
  async pursue(goal: Goal): Promise<Conversation> {
    this.goal = goal;
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
    const plan = readOnlyHint || destructiveHint ? {} : { dry_run: true };
    return [{ words, calls: [{ tool: tool.name, arguments: plan }] }];
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
      const said = filledIn(call.arguments, this.lastWrite, this.goal.words);
      if (!said) continue;
      const whole = { tool: call.tool, arguments: { ...this.known(call), ...said } };
      if (this.fits(whole)) await this.follow(whole);
    }
  }

  /** What the person knows beside what the step says; for a look only what it cannot do without. */
  private known({ tool }: Call): Record<string, unknown> {
    const { annotations, inputSchema } = this.toolOf(tool);
    const names = annotations.readOnlyHint ? (inputSchema.required ?? []) : Object.keys(inputSchema.properties);
    return only(this.goal.facts, names);
  }

  private toolOf(wanted: string): Loose {
    return this.tools.find(({ name }) => name === wanted);
  }

  /** A call, what its answer says makes sense next, and so on; where something runs, until it has ended. */
  private async follow(first: Call): Promise<void> {
    for (let next: Call | undefined = first; next;) {
      const answer: Loose = await this.make(next);
      next = this.nextOf(answer);
      if (next || !this.waiting) continue;
      await sleep(patienceFor(this.waiting));
      next = this.waiting;
    }
  }

  private nextOf(answer: Loose): Call | undefined {
    return answer?.next_actions?.find((action: Action) => this.fits(action));
  }

  /** Whether a call is worth making now, and the person wants it. */
  private fits(call: Call): boolean {
    const key = keyOf(corrected(call, this.corrections));
    if (this.isRead(call)) return !this.looked.has(key);
    return !this.written.has(key) && (this.isFirst() || this.person.agrees(call));
  }

  private isFirst(): boolean {
    return this.exchanges.length === 0;
  }

  /** What changes nothing: a read, or the plan of a write. */
  private isRead({ tool, arguments: { dry_run } }: Call): boolean {
    return dry_run === true || this.toolOf(tool).annotations.readOnlyHint === true;
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

  /** Why it is made, and patience, where the tool takes them: as the instructions ask. */
  private complete({ tool, arguments: args }: Call): Call {
    const manners = { reason: this.goal.words, wait_seconds: 25 };
    return { tool, arguments: { ...only(manners, Object.keys(this.toolOf(tool).inputSchema.properties)), ...args } };
  }

  private remember(call: Call, answer: Loose): void {
    const written: string | undefined = answer.operation?.status;
    const isOpen = OPEN.includes(written ?? answer.status);
    if (written !== undefined) {
      if (!ASKS.includes(written)) this.wrote(answer, isOpen);
    } else if (this.waiting && keyOf(call) === keyOf(this.waiting)) {
      this.waited(this.waiting, answer, isOpen);
    }
  }

  /** After a change, everything is worth another look. */
  private wrote(answer: Loose, isOpen: boolean): void {
    this.lastWrite = answer;
    if (isOpen) this.waiting = answer.next_actions[0];
    this.looked.clear();
  }

  /** The answer says anew when to ask again. */
  private waited(waiting: Action, { next_actions }: Loose, isOpen: boolean): void {
    const again = next_actions.find((action: Action) => keyOf(action) === keyOf(waiting));
    this.waiting = isOpen ? (again ?? waiting) : undefined;
    if (!isOpen) this.looked.clear();
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
