import { hostFrom, requireRegistrable } from '../domains';
import { InvalidInput } from '../platform/errors';
import type { PlatformFacts } from '../platform/gitops';

/**
 * A host that can become a custom domain later, by the rules of mctl_add_custom_domain; whether it is free is asked there.
 * @returns its A-labels.
 * @throws InvalidInput for what could never be one.
 */
export function requireHost(text: string, platform: PlatformFacts): string {
  try {
    const host = hostFrom(text);
    requireRegistrable(host, platform);
    return host.ascii;
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    // There it is an argument called domain.
    throw new InvalidInput(error.message.replace(/^domain /, 'host '), { ...error.details, field: 'host' });
  }
}

/** Whether a file says a host at all. */
export function isHost(text: string): boolean {
  try {
    return hostFrom(text).ascii === text;
  } catch (error) {
    if (error instanceof InvalidInput) return false;
    throw error;
  }
}
