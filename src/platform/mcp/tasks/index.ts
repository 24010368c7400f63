export * from './declares-tasks';
export * from './task';
export * from './tasks.part';
