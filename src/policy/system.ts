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
---
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

/** The documents of a fresh start, owned by `system`; the first key is known by its digest (SHA-256, hex). */
export function systemDocuments(keySha256: string): Sources {
  const rest = readYaml({ file: 'system.yaml', text: SYSTEM_DOCUMENTS, owner: 'system' })
  const key = bootstrapKeyDocument(keySha256)
  return { documents: [...rest.documents, ...key.documents], problems: [...rest.problems, ...key.problems] }
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
