export type { IntakeLink, IntakeRequest } from './intake';
export * from './intake.module';
export { Intakes } from './intakes';
