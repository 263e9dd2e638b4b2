export * from './cases.ts';
export * from './delivery.ts';
export * from './directory.ts';
export * from './rules.ts';
export * from './work.ts';
