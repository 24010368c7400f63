import { ulid } from '../../crypto';
import { workflowName } from './workflow-name';

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const nameOf = (operation: string, id = ulid()): string => workflowName({ id, workflow: `${operation}-${id}` });

describe('the name of a Workflow', () => {
  it('is that of the workflow in lower case', () => {
    expect(nameOf('deploy-service', '01J8ZZZZZZZZZZZZZZZZZZZZZZ')).toBe('deploy-service-01j8zzzzzzzzzzzzzzzzzzzzzz');
  });

  it('keeps the whole id, however long the operation’s name is', () => {
    const id = ulid();
    for (const operation of ['x', 'a'.repeat(36), 'a'.repeat(35) + '-b', 'a'.repeat(200), 'Ä_./', '']) {
      const name = nameOf(operation, id);
      expect(name).toMatch(LABEL);
      expect(name.endsWith(id.toLowerCase())).toBe(true);
    }
  });

  it('differs for any two operations', () => {
    const names = Array.from({ length: 500 }, () => nameOf('create-tenant'));
    expect(new Set(names).size).toBe(500);
  });
});
