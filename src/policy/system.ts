import { readYaml, type Sources } from '../platform/documents/index.ts'

/** What a fresh gateway begins with, but for the key; an administrator may change or delete any of it. */
const SYSTEM_DOCUMENTS = `apiVersion: gatehouse/v1
kind: Provider
metadata: {name: sandbox}
spec: {type: sandbox}
---
kind: Model
metadata: {name: sandbox}
spec: {targets: [{provider: sandbox, model: sandbox}]}
`

const BOOTSTRAP_DOCUMENTS = `apiVersion: gatehouse/v1
kind: App
metadata: {name: bootstrap}
spec: {}
---
kind: Grant
metadata: {name: bootstrap}
spec:
  to: ['app:bootstrap']
  effect: allow
  actions: [use, read, write, manage, approve, reveal, export]
  on: ['*']
`

/**
 * The documents of a fresh start, owned by `system`; the first key is known by its digest (SHA-256, hex), the first
 * administrator, if there is to be one, by the e-mail address.
 */
export function systemDocuments(keySha256: string, administrator?: string): Sources {
  const models = readYaml({ file: 'system.yaml', text: SYSTEM_DOCUMENTS, owner: 'system' })
  const known = joined(models, bootstrapDocuments(keySha256))
  return administrator === undefined ? known : joined(known, administratorDocument(administrator))
}

/** The Grant that lets a person (an e-mail address) manage everything. */
export function administratorDocument(email: string): Sources {
  const text = `apiVersion: gatehouse/v1
kind: Grant
metadata: {name: first-administrator}
spec:
  to: [${JSON.stringify(`user:${email}`)}]
  effect: allow
  actions: [use, read, write, manage, approve, reveal, export]
  on: ['*']
`
  return readYaml({ file: 'system-administrator.yaml', text, owner: 'system' })
}

/** The app `bootstrap`, what it may, and its key. */
export function bootstrapDocuments(keySha256: string): Sources {
  const app = readYaml({ file: 'system-app.yaml', text: BOOTSTRAP_DOCUMENTS, owner: 'system' })
  return joined(app, bootstrapKeyDocument(keySha256))
}

function joined(a: Sources, b: Sources): Sources {
  return { documents: [...a.documents, ...b.documents], problems: [...a.problems, ...b.problems] }
}

/** The Key document of the app `bootstrap` alone. */
export function bootstrapKeyDocument(keySha256: string): Sources {
  const text = `apiVersion: gatehouse/v1
kind: Key
metadata: {name: bootstrap}
spec: {for: 'app:bootstrap', sha256: '${keySha256}'}
`
  return readYaml({ file: 'system-key.yaml', text, owner: 'system' })
}
