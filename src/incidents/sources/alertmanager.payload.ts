import { z } from 'zod';
import { InvalidInput, type Problem } from '../../platform/errors';
import { problemsOf } from './problems';

const text = z.string('must be text').max(16_384, 'must be shorter');
const pairs = z.record(text, text, 'must be an object of texts');
/** RFC 3339 with an offset; Go writes up to nine digits of a second. */
const moment = z.iso
  .datetime({ offset: true, error: 'must be a date and time of RFC 3339' })
  .transform((at) => new Date(at));

const alertSchema = z.looseObject({
  status: z.enum(['firing', 'resolved'], 'must be firing or resolved'),
  labels: pairs,
  annotations: pairs.optional(),
  startsAt: moment,
  endsAt: moment.optional(),
  generatorURL: text.optional(),
  fingerprint: text.optional(),
});

const payloadSchema = z.looseObject({
  version: z.literal('4', 'must be "4", the version that Alertmanager sends since 0.16'),
  groupKey: text.optional(),
  externalURL: text.optional(),
  truncatedAlerts: z.int('must be a whole number').min(0, 'must be 0 or more').optional(),
  alerts: z.array(z.unknown(), 'must be a list of alerts'),
});

export type Alert = z.output<typeof alertSchema>;

/** One delivery of Alertmanager's webhook. */
export interface AlertGroup {
  /** Those that could be read. */
  readonly alerts: readonly Alert[];
  /** What is wrong with the others. */
  readonly problems: readonly Problem[];
  /** How many more alerts the group has, which Alertmanager left out (`max_alerts`). */
  readonly truncated: number;
  readonly groupKey: string;
  readonly externalUrl: string;
}

/**
 * Reads version 4 of the payload; fields that newer versions add are let pass. One odd alert does not cost the others.
 * @throws InvalidInput where the whole is no such payload, or none of its alerts can be read.
 */
export function readAlertGroup(body: unknown): AlertGroup {
  const payload = payloadSchema.safeParse(body);
  if (!payload.success) throw malformed(problemsOf(payload.error));
  const { alerts: raw, truncatedAlerts = 0, groupKey = '', externalURL = '' } = payload.data;
  const problems: Problem[] = [];
  const alerts = raw.flatMap((each, index) => {
    const alert = alertSchema.safeParse(each);
    if (alert.success) return [alert.data];
    problems.push(...problemsOf(alert.error, `alerts[${index}]`));
    return [];
  });
  if (alerts.length === 0 && problems.length > 0) throw malformed(problems);
  return { alerts, problems, truncated: truncatedAlerts, groupKey, externalUrl: externalURL };
}

function malformed(problems: readonly Problem[]): InvalidInput {
  const [first = {}] = problems;
  return new InvalidInput(
    `${first.field ?? 'body'} is not what Alertmanager sends: it ${first.expected ?? 'is odd'}.`,
    {
      ...first,
      code: 'malformed_payload',
      problems: problems.slice(0, 20),
    },
  );
}
