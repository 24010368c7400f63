import { channel } from 'node:diagnostics_channel';

/** How far a write is: its intent is durable, its batch was claimed, planned, committed, pushed, closed. */
export type BatchProgress = 'submitted' | 'claimed' | 'planned' | 'committed' | 'pushed' | 'closed';

const publisher = channel('mctl:batch');

/** Tells observers (tracing, crash tests) after each step of the write path; costs nothing where nobody listens. */
export const batchProgress = { publish: (step: BatchProgress): void => publisher.publish(step) };
