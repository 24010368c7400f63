import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { sealJson, unsealJson } from '../../crypto';
import { Keys } from '../../keys';
import { invalidPageState } from './invalid-state';

/** What a client holds between two rounds, sealed: the link is for one person, and so is the rest of the answer. */
const keptSchema = z.object({
  operationId: z.string(),
  url: z.string(),
  message: z.string(),
  /** Fields of the answer that are kept nowhere else. */
  presented: z.record(z.string(), z.unknown()),
  /** Questions that were asked again so far. */
  round: z.number().int(),
});

export type KeptPage = z.infer<typeof keptSchema>;

const sealedSchema = z.object({ kept: keptSchema, until: z.number() });

/** Milliseconds. Longer than a link lives, so that whoever comes back late hears of the write and not of a state. */
const TTL_MS = 60 * 60_000;

/** `requestState` of the page question: bound to the caller, the operation and its arguments. Reading it twice does nothing twice. */
@Injectable()
export class PageStates {
  constructor(@Inject(Keys) private readonly keys: Keys) {}

  seal(kept: KeptPage, call: string): string {
    return sealJson(this.keys.pageStateKey, placeOf(call), { kept, until: Date.now() + TTL_MS });
  }

  /** @throws ProtocolError for one that MCTL did not seal for this call, or whose time is over. */
  open(state: string, call: string): KeptPage {
    const sealed = sealedSchema.safeParse(unsealJson(this.keys.pageStateKey, placeOf(call), state));
    if (!sealed.success || sealed.data.until <= Date.now()) throw invalidPageState();
    return sealed.data.kept;
  }
}

function placeOf(call: string): string {
  return `elicitation page ${call}`;
}
