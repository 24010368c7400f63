import { readService, type Service } from './service-file';
import { momentAt, textAt } from './values';

/** A service's values in the preview namespace, for a while. `name` is the service's. */
export interface Preview extends Service {
  /** Six characters `[a-z0-9]`, unique in its team. */
  readonly id: string;
  readonly createdAt?: Date;
  /** Absent where the file names no moment: such a preview is never taken for expired. */
  readonly expiresAt?: Date;
  readonly requestedBy?: string;
}

export interface PreviewKey {
  readonly team: string;
  readonly service: string;
  readonly id: string;
}

/** Folder `{service}-{id}`: the id has no hyphen, so the last one divides; `api-x-abc123` is none of `api`. */
const FOLDER = /^([a-z](?:[a-z0-9-]{0,29}[a-z0-9])?)-([a-z0-9]{6})$/;

/** Service and id that a preview's folder names; undefined for a folder that is none of ours. */
export function previewParts(folder: string): { service: string; id: string } | undefined {
  const [, service, id] = FOLDER.exec(folder) ?? [];
  return service !== undefined && id !== undefined ? { service, id } : undefined;
}

/** Reads the data of `previews/{team}/{service}-{id}/values.yaml`, whoever wrote it. */
export function readPreview({ team, service, id }: PreviewKey, data: unknown): Preview {
  return {
    ...readService(team, service, data),
    id,
    createdAt: momentAt(data, 'preview', 'createdAt'),
    expiresAt: momentAt(data, 'preview', 'expiresAt'),
    requestedBy: textAt(data, 'preview', 'requestedBy'),
  };
}
