import type { Directory } from './directory.ts'

/** A directory of nobody: for tests in which no person has an account. */
export const NOBODY: Directory = Object.freeze({
  cookieName: 'gatehouse_session',
  publicOrigin: 'http://localhost:8080',
  person: () => undefined,
  session: () => undefined,
  seen: () => undefined,
})
