export type { ComposeOptions, Composition } from './compose.ts'
export { MIGRATIONS } from './migrations.ts'
export { type RunningServer, type StartOptions, startServer } from './server.ts'
