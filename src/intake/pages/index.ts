export * from './done-page';
export * from './gone-page';
export * from './problem-page';
export * from './sign-in-page';
export * from './values-page';
