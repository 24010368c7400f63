import { z } from 'zod';
import { plainSetting } from './setting';
import { durationBetween, label } from './setting-schemas';

const kubernetesName = z
  .string()
  .regex(new RegExp(`^${label}$`), 'must be a Kubernetes name: lower-case letters, digits, hyphens, at most 63');
/** The distribution project's grammar of references, with a host: without one, runtimes would take another registry for it. */
const registryPrefix = z
  .string()
  .max(120, 'must have at most 120 characters')
  .regex(
    /^(?:localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)*(?:\.[a-z0-9-]+|:\d{1,5}))(?::\d{1,5})?(?:\/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*$/,
    'must be a registry with an optional path, in lower case and without a slash at its end, e.g. registry.example.org/apps',
  );
const orUndefined = (value: string): string | undefined => value || undefined;

/** Images from source: a part of `SETTINGS`. */
export const BUILDER_SETTINGS = {
  builder: plainSetting('MCTL_BUILDER', z.enum(['none', 'github', 'argo'], 'must be none, github or argo'), {
    fallback: 'none',
    help: 'What builds images from source for repo + git_tag: none = ready images only, github = the workflow MCTL_BUILD_WORKFLOW of the team’s repository, through the GitHub App; argo = rootless BuildKit in a Workflow of Argo, with the source read through the GitHub App.',
  }),
  buildWorkflow: plainSetting(
    'MCTL_BUILD_WORKFLOW',
    z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.ya?ml$/, 'must be the file name of a workflow, e.g. mctl-build.yml'),
    {
      fallback: 'mctl-build.yml',
      help: 'File of that workflow in .github/workflows of each repository; docs/builder.md has one.',
    },
  ),
  buildTimeout: plainSetting('MCTL_BUILD_TIMEOUT', durationBetween('1m', '6h'), {
    fallback: '30m',
    help: 'How long a build may take, waiting for a runner or a node included, from 1m to 6h.',
  }),
  buildNamespace: plainSetting('MCTL_BUILD_NAMESPACE', kubernetesName, {
    fallback: 'mctl-builds',
    help: 'Namespace of the Workflows with MCTL_BUILDER=argo. Nothing else should be in it: the code of teams runs there.',
  }),
  buildTemplate: plainSetting('MCTL_BUILD_TEMPLATE', kubernetesName, {
    fallback: 'mctl-build',
    help: 'ClusterWorkflowTemplate of those Workflows; the Helm chart of MCTL makes it.',
  }),
  buildRegistry: plainSetting('MCTL_BUILD_REGISTRY', z.union([z.literal(''), registryPrefix]).transform(orUndefined), {
    fallback: '',
    help: 'Prefix of the images that MCTL_BUILDER=argo pushes; team and service follow it.',
    example: 'registry.example.org/apps',
  }),
} as const;
