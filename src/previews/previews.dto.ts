import { SourceState } from '../platform/cluster';
import { WarningItem, WriteAnswer } from '../platform/operations/answer.dto';
import { DestructiveArguments, Name, WriteArguments } from '../platform/operations/arguments.dto';
import { Flag, Integer, ListOf, Nested, object, PageArguments, pageOf, Text, UntrustedPart } from '../platform/schema';

const TAG = {
  pattern: /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/,
  rule: 'a tag of letters, digits, dots, dashes, underscores',
  maxLength: 128,
};
const REPO = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9-]{0,38}\/[A-Za-z0-9._-]{1,100}$/,
  rule: 'owner/name of a repository',
  maxLength: 140,
};
const GIT_REF = {
  pattern: /^[A-Za-z0-9._/-]{1,200}$/,
  rule: 'a branch, tag or commit of letters, digits, dots, dashes, underscores, slashes',
  maxLength: 200,
};
const PREVIEW_ID = { pattern: /^[a-z0-9]{6}$/, rule: 'six lower-case letters and digits', maxLength: 6 };

export class ListPreviewsInput extends PageArguments {
  @Name({ description: 'Team.' }) team: string;
  @Name({ optional: true, description: 'Only previews of this service.', brief: 'Only this service.' })
  service?: string;
}

export class CreatePreviewInput extends WriteArguments {
  @Name({ description: 'Team.' }) team: string;
  @Name({ description: 'The service to preview.', brief: 'Service.' }) service: string;
  @Text({ ...TAG, optional: true, description: 'Tag of the ready image to preview.', brief: 'Tag of a ready image.' })
  image_tag?: string;
  @Text({
    ...GIT_REF,
    optional: true,
    description: 'Git ref to build, with repo; needs a builder.',
    brief: 'Git ref to build.',
  })
  git_ref?: string;
  @Text({ ...REPO, optional: true, description: 'Source to build from, with git_ref.', brief: 'Source of git_ref.' })
  repo?: string;
  @Integer({ minimum: 1, maximum: 168, default: 24, description: 'Hours it lives, at most 168.' })
  ttl_hours: number;
}

export class DeletePreviewInput extends DestructiveArguments {
  @Name({ description: 'Team.' }) team: string;
  @Name({ description: 'Service.' }) service: string;
  @Text({ ...PREVIEW_ID, description: 'Id from mctl_list_previews.' }) preview_id: string;
}

export class PreviewItem {
  @Text() preview_id: string;
  @Text() service: string;
  @Text({ nullable: true, description: 'Null where the service takes no requests from outside.' }) url: string | null;
  @Text({ nullable: true }) image_tag: string | null;
  @Text() namespace: string;
  @Text({ description: 'Of Argo CD; unknown without a cluster.' }) sync: string;
  @Text({ description: 'Of Argo CD; unknown without a cluster.' }) health: string;
  @Text({ nullable: true }) created_at: string | null;
  @Integer({ nullable: true, description: 'Seconds since it was made.' }) age_seconds: number | null;
  @Text({ nullable: true, description: 'Null = it never goes by itself.' }) expires_at: string | null;
  @Flag({ description: 'It goes with the next sweep.' }) expired: boolean;
  @Text({ nullable: true }) requested_by: string | null;
}

/** What an answer knows of the cluster, and where the rest of it comes from. */
export class PreviewSource {
  @Nested(() => SourceState, { description: 'Desired state.' }) gitops: SourceState;
  @Nested(() => SourceState, { description: 'Actual state.' }) cluster: SourceState;
}

export class PreviewList extends pageOf<PreviewItem>(object(() => PreviewItem)) {
  @Nested(() => PreviewSource) source: PreviewSource;
  @ListOf(object(() => WarningItem)) warnings: WarningItem[];
  @Nested(() => UntrustedPart) untrusted: UntrustedPart;
}

export class CreatePreviewAnswer extends WriteAnswer {
  @Text({ optional: true, description: 'Known for good once the workflow has succeeded.' }) preview_id?: string;
  @Text({ optional: true, nullable: true }) url?: string | null;
  @Text({ optional: true }) expires_at?: string;
  @Text({ optional: true }) namespace?: string;
  @Text({ optional: true }) image?: string;
}

export class DeletePreviewAnswer extends WriteAnswer {
  @Text({ optional: true }) preview_id?: string;
  @Text({ optional: true, description: 'Argo CD application that goes.' }) application?: string;
}
