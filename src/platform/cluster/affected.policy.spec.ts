import { Layout } from '../gitops/layout';
import { affectedBy } from './affected.policy';

it.each(['platform-gitops', ''])('names the Applications of a commit by its paths, each once (root "%s")', (root) => {
  const layout = new Layout(root);
  const paths = [
    'services/billing/api/values.yaml',
    'services/billing/api/extra.yaml',
    'services/billing/claw.onboarding.yaml',
    'previews/billing/api-abc123/values.yaml',
    'tenants/billing/values.yaml',
    'databases/billing/api.yaml',
    'databases/billing.left-over.yaml',
    'argocd/projects/billing.yaml',
    'domains/shop.example.org.yaml',
  ].map((path) => layout.under(path));
  expect(affectedBy(layout, [...paths, 'README.md'])).toEqual([
    { team: 'billing', part: 'databases' },
    { team: 'billing', service: 'api', preview: 'abc123' },
    { team: 'billing', service: 'api' },
    { team: 'billing' },
  ]);
});
