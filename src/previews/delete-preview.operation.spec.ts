import { planOf, refusalOf } from '../../test/factories/plan';
import { aWorld } from '../../test/factories/world';
import { deletePreview } from './delete-preview.operation';

const file = (expiresAt: string) =>
  `image: {repository: r, tag: "1"}\ningress: {enabled: true, hosts: [billing-api-aaaaaa.apps.example.org]}\npreview: {expiresAt: ${expiresAt}}\n`;
const world = aWorld({
  files: {
    'previews/billing/api-aaaaaa/values.yaml': file('2026-03-01T12:00:00Z'),
    'previews/billing/api-aaaaaa/notes/x.md': 'x\n',
    'previews/billing/api-bbbbbb/values.yaml': file('2026-03-01T12:00:01Z'),
    'previews/billing/api-cccccc/values.yaml': 'image: [',
    'previews/billing/api-dddddd/values.yaml': file('2026-03-01'),
    'previews/billing/api-x-aaaaaa/values.yaml': file('2026-03-01T12:00:00Z'),
  },
});
type Said = NonNullable<Parameters<typeof planOf>[4]>;
const plan = (preview_id: string, said: Said = {}, service = 'api') =>
  planOf(deletePreview, world, { team: 'billing', service, preview_id }, undefined, said);
const mctl: Said = { actor: { login: 'system:preview-sweeper', isAdmin: true, method: 'system' } };

it('deletes everything in the preview’s folder and nothing else, and says what goes', () => {
  const made = plan('aaaaaa');
  expect(made.changes).toEqual(
    ['notes/x.md', 'values.yaml'].map((name) => ({ path: `platform-gitops/previews/billing/api-aaaaaa/${name}` })),
  );
  expect(made.destroys).toEqual([
    { kind: 'preview', name: 'billing/api-aaaaaa' },
    { kind: 'argocd_application', name: 'preview-billing-api-aaaaaa' },
    { kind: 'host', name: 'billing-api-aaaaaa.apps.example.org' },
  ]);
  expect(made.subject).toBe('delete-preview(billing/api): aaaaaa');
  expect(made.answer).toEqual({ preview_id: 'aaaaaa', application: 'preview-billing-api-aaaaaa' });
});

it('deletes one whose file is broken, and says what it cannot list', () => {
  expect(plan('cccccc')).toMatchObject({ changes: [{}], warnings: [{ code: 'unreadable_file' }] });
});

it('refuses an id that there is not, with those there are', () => {
  expect(refusalOf(() => plan('aaaaab'))).toMatchObject({ code: 'preview_not_found', allowed: ['aaaaaa'] });
  expect(refusalOf(() => plan('zzzzzz'))).toMatchObject({ allowed: ['aaaaaa', 'bbbbbb', 'cccccc', 'dddddd'] });
  expect(refusalOf(() => plan('bbbbbb', {}, 'api-x'))).toMatchObject({ allowed: ['aaaaaa'] });
});

it('lets MCTL itself take only what has expired, to the second', () => {
  expect(plan('aaaaaa', mctl).changes).toHaveLength(2);
  for (const id of ['bbbbbb', 'cccccc', 'dddddd']) {
    expect(refusalOf(() => plan(id, mctl))).toMatchObject({ kind: 'Conflict', code: 'not_expired' });
    expect(plan(id).changes).toHaveLength(1);
  }
});
