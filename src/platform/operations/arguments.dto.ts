import { digestOf } from '../crypto';
import { Flag, Integer, Text } from '../schema';

/** `Name` of the tool contract: a DNS label of at most 31 characters without a hyphen at its end. */
export const NAME_PATTERN = /^[a-z]([a-z0-9-]{0,29}[a-z0-9])?$/;
export const NAME_RULE = 'a lower-case name of at most 31 letters, digits and hyphens that starts with a letter';

export const Name = (options: { description: string; brief?: string; optional?: boolean; default?: string }) =>
  Text({ pattern: NAME_PATTERN, rule: NAME_RULE, maxLength: 31, ...options });

/** Longest wait inside one call, seconds: clients and proxies give up soon after. */
export const MAX_WAIT_SECONDS = 25;

/** What every write takes beside its own arguments. */
export class WriteArguments {
  @Flag({ default: false, description: 'Only show the plan: the exact diff, nothing is written.', brief: 'Plan only.' })
  dry_run: boolean;

  @Text({ optional: true, maxLength: 500, description: 'Why; kept in the commit and the audit trail.', brief: 'Why.' })
  reason?: string;

  @Text({
    optional: true,
    minLength: 8,
    maxLength: 128,
    pattern: /^[\x21-\x7e]+$/,
    rule: 'printable ASCII without spaces, 8 to 128 characters',
    description: 'Same key and arguments: the first answer again.',
    brief: 'For retries.',
  })
  idempotency_key?: string;

  @Integer({
    minimum: 0,
    maximum: MAX_WAIT_SECONDS,
    default: 0,
    description: 'Seconds to wait for the workflow.',
    brief: 'At most 25.',
  })
  wait_seconds: number;
}

export class DestructiveArguments extends WriteArguments {
  @Text({
    optional: true,
    maxLength: 4000,
    description: 'From the plan that this call answers first.',
    brief: 'Of the plan.',
  })
  confirm_token?: string;
}

/** The arguments that say what is to happen, without those that say how the call is made. */
export function meaningOf(input: WriteArguments): Record<string, unknown> {
  const {
    dry_run: _dryRun,
    idempotency_key: _key,
    wait_seconds: _wait,
    confirm_token: _token,
    ...meaning
  } = input as DestructiveArguments;
  return { ...meaning };
}

/** Tells whether two calls mean the same. */
export function argsDigestOf(operation: string, input: WriteArguments): string {
  return digestOf({ operation, arguments: meaningOf(input) });
}
