import { z } from 'zod';
import { InvalidInput } from '../../platform/errors';
import { problemsOf } from './problems';

const text = z.string('must be text').max(4_096, 'must be shorter');
const id = z.int('must be a whole number').positive('must be a positive number');
const moment = z.iso
  .datetime({ offset: true, error: 'must be a date and time of RFC 3339' })
  .transform((at) => new Date(at));

const repository = z.looseObject({ id, full_name: text, default_branch: text.nullish() });

const runSchema = z.looseObject({
  action: text,
  repository,
  workflow_run: z.looseObject({
    id,
    run_attempt: id,
    run_number: id,
    workflow_id: id,
    name: text.nullish(),
    display_title: text.nullish(),
    event: text,
    conclusion: text.nullish(),
    head_branch: text.nullish(),
    head_sha: text,
    html_url: text,
    created_at: moment,
    /** Of this attempt; payloads of old servers have none. */
    run_started_at: moment.nullish(),
    actor: z.looseObject({ login: text }).nullish(),
    head_repository: z.looseObject({ id }).nullish(),
  }),
});

/** Body of the event `workflow_run`, as far as it is read. */
export type RunEvent = z.output<typeof runSchema>;

/** @throws InvalidInput that names the first field that is not what GitHub documents. */
export function readRunEvent(body: unknown): RunEvent {
  const event = runSchema.safeParse(body);
  if (event.success) return event.data;
  const problems = problemsOf(event.error);
  const [first = {}] = problems;
  throw new InvalidInput(`${first.field ?? 'body'} is not what GitHub sends: it ${first.expected ?? 'is odd'}.`, {
    ...first,
    code: 'malformed_payload',
    problems,
  });
}
