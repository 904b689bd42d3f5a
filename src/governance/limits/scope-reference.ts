import type { Reference } from '../../platform/documents/index.ts'

const CHECKED: Readonly<Record<string, string>> = { team: 'Team', app: 'App', key: 'Key', group: 'ResourceGroup' }

/** The documents that scopes and patterns name, where we know their kind; `field` is where the list stands in `spec`. */
export function scopeReferences(field: string, scopes: readonly string[]): readonly Reference[] {
  return scopes.flatMap((scope, place) => {
    const colon = scope.indexOf(':')
    const kind = CHECKED[scope.slice(0, Math.max(0, colon))]
    return kind === undefined ? [] : [{ at: [field, place], kind, name: scope.slice(colon + 1) }]
  })
}
