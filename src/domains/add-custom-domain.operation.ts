import { defineOperation } from '../platform/operations/operation';
import { planActivation } from './activate.plan';
import { planRegistration, type RegistrationFacts } from './add-custom-domain.plan';
import { AddDomainAnswer, AddDomainInput } from './domains.dto';

/** Name of the task that the module binds. */
export const WAIT_FOR_DNS = 'wait-for-dns';

export const addCustomDomain = defineOperation<AddDomainInput, RegistrationFacts>({
  name: 'add-custom-domain',
  tool: 'mctl_add_custom_domain',
  title: 'Add Custom Domain',
  description:
    'Give a service a host of your own. Answers the TXT and CNAME records to make: show them to a person. The workflow waits for DNS; mctl_verify_domain shows what is missing.',
  kind: 'write',
  risk: 'medium',
  role: 'developer',
  idempotent: true,
  input: AddDomainInput,
  answer: AddDomainAnswer,
  paths: ['domains/{host}.yaml', 'services/{team}/{service}/values.yaml'],
  target: ({ team, service }) => `${team}/${service}`,
  plan: planRegistration,
  continuation: {
    name: 'activate',
    title: 'Commit route and certificate',
    task: { name: WAIT_FOR_DNS, title: 'Wait for the DNS record' },
    plan: planActivation,
  },
});
