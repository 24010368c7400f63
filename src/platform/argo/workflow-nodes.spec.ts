import { gzipSync } from 'node:zlib';
import { nodesOf } from './workflow-nodes';

const NODES = {
  a: {
    ...{ id: 'a', templateName: 'build', phase: 'Succeeded', message: '' },
    outputs: { parameters: [{ name: 'metadata', value: '{}' }, { name: 'without' }] },
  },
};
const packed = gzipSync(JSON.stringify(NODES)).toString('base64');
const workflow = (status: object) => ({ status }) as never;

it.each([{ nodes: NODES }, { compressedNodes: packed }])('reads nodes, packed or not', (status) => {
  expect(nodesOf(workflow(status))).toEqual([
    { template: 'build', phase: 'Succeeded', message: undefined, outputs: new Map([['metadata', '{}']]) },
  ]);
});

it('has none before Argo has seen the Workflow', () => {
  expect(nodesOf({})).toEqual([]);
  expect(nodesOf(workflow({ nodes: { a: 'no node' } }))).toEqual([
    { template: '', phase: '', message: undefined, outputs: new Map() },
  ]);
});

it.each([
  { offloadNodeStatusVersion: 'fnv:1' },
  { compressedNodes: 'no gzip' },
  { compressedNodes: packed.slice(0, 20) },
  { compressedNodes: gzipSync('[1]').toString('base64') },
  { compressedNodes: gzipSync('no JSON').toString('base64') },
])('does not know what it cannot read: %j', (status) => expect(nodesOf(workflow(status))).toBeUndefined());
