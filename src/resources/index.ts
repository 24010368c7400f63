export { profileEdits } from './apply-profile.operation';
export { UsageFigure } from './resources.dto';
export * from './resources.module';
export { usageOf } from './usage.policy';
