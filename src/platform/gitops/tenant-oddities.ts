import type { Oddity } from './file-problem';
import { oddQuantities } from './misread-numbers';
import { isEmpty, itemsAt, misfits, type Shape, short } from './shape';
import { ROLES } from './tenant-file';
import { isPlain, type Plain, textAt } from './values';

/** Every key that `readTenant` looks at. */
const SHAPE: Shape = {
  tenant: 'map',
  'tenant.name': 'text',
  'tenant.displayName': 'text',
  'tenant.description': 'text',
  'tenant.contactEmail': 'text',
  'tenant.members': 'list',
  'tenant.githubTeams': 'list',
  'tenant.quotas': 'map',
  'tenant.networking': 'map',
  'tenant.networking.allowIntraNamespace': 'flag',
  'tenant.networking.allowClusterEgress': 'flag',
  'tenant.networking.allowInternetEgress': 'flag',
};

/** What is odd about the data of `tenants/{team}/values.yaml`. */
export function tenantOddities(team: string, data: Plain): Oddity[] {
  if (isEmpty(data) || (data.tenant ?? undefined) === undefined) return [NO_TENANT];
  return [
    ...misfits(data, SHAPE),
    ...otherName(team, data),
    ...itemsAt(data, 'tenant.members').flatMap(([path, entry]) => oddMember(path, entry, 'userId')),
    ...itemsAt(data, 'tenant.githubTeams').flatMap(([path, entry]) => oddMember(path, entry, 'team')),
    ...oddQuantities(data, 'tenant.quotas'),
  ];
}

const NO_TENANT: Oddity = {
  code: 'no_tenant_key',
  message: 'the file has no key tenant, so this team has no members and no quotas.',
  fix: 'Write the team below the key tenant, or remove the folder.',
};

function otherName(team: string, data: Plain): Oddity[] {
  if ((textAt(data, 'tenant', 'name') ?? team) === team) return [];
  return [
    {
      code: 'name_mismatch',
      message: `tenant.name differs from the folder’s name; the folder’s, ${team}, is what counts here.`,
      fix: `Write name: ${team}.`,
    },
  ];
}

function oddMember(path: string, entry: unknown, key: 'userId' | 'team'): Oddity[] {
  const name = textAt(entry, key) ?? (key === 'userId' ? textAt(entry, 'user') : undefined);
  if (!isPlain(entry) || !name) {
    const message = `${path} names nobody (no ${key}), and is passed over.`;
    return [{ code: 'member_without_name', message, fix: `Write ${key} and role.` }];
  }
  if (ROLES.some((role) => role === textAt(entry, 'role'))) return [];
  const message = `${path} (${short(name)}) has a role that is none of ${ROLES.join(', ')}, and so gives no access.`;
  return [{ code: 'unknown_role', message, fix: `Write one of: ${ROLES.join(', ')}.` }];
}
