export type { ComposeOptions, Composition } from './compose.ts'
export { type RunningServer, type StartOptions, startServer } from './server.ts'
