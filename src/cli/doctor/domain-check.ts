import { currentSettings } from '../../platform/config';
import { type Check, ok, warning } from './check';

/** Names that are reserved for documentation (RFC 2606): nothing that runs answers to them. */
const EXAMPLE = /(^|[.@/])example\.(com|net|org)(?=$|[/:,>])|\.example(?=$|[/:,>])/;
const HERE_ONLY = /(^|\.)localhost$/;

/** Settings that were taken over from the examples, or never set, although others are to reach the services. */
export const domainCheck: Check = {
  name: 'platform domain',
  settings: ['MCTL_PLATFORM_DOMAIN', 'MCTL_GITOPS_REMOTE'],
  limitMs: 1_000,
  run({ config, isEmbedded }) {
    const domain = config.values.platformDomain;
    const examples = currentSettings().flatMap(({ name, value, isSet }) =>
      isSet && EXAMPLE.test(value) ? [name] : [],
    );
    if (examples.length > 0) {
      const found = `${examples.join(', ')} ${examples.length === 1 ? 'holds an example name' : 'hold example names'}`;
      return warning(found, 'Put your own names there.', { details: { domain, examples } });
    }
    if (!HERE_ONLY.test(domain)) return ok(domain, { details: { domain } });
    return isEmbedded
      ? ok(`${domain}: enough to try it on this machine`, { details: { domain } })
      : warning(`${domain}: nobody but this machine reaches the services`, 'Set MCTL_PLATFORM_DOMAIN.', {
          details: { domain },
        });
  },
};
