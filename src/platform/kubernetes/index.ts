export * from './argo-server';
export * from './api-server';
export type { Informer } from './informer';
export * from './kubernetes';
export * from './kubernetes-fault';
export * from './resource';
export * from './rights';
