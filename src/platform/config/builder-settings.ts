import { z } from 'zod';
import { plainSetting } from './setting';
import { durationBetween } from './setting-schemas';

/** Images from source: a part of `SETTINGS`. */
export const BUILDER_SETTINGS = {
  builder: plainSetting('MCTL_BUILDER', z.enum(['none', 'github'], 'must be none or github'), {
    fallback: 'none',
    help: 'What builds images from source for repo + git_tag: none = ready images only, github = the workflow MCTL_BUILD_WORKFLOW of the team’s repository, through the GitHub App.',
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
    help: 'How long a build may take, waiting for a runner included, from 1m to 6h.',
  }),
} as const;
