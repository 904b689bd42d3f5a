export { sandboxProvider } from './sandbox.ts'
