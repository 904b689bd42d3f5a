import type { KeyEntry } from '../../governance/identity/index.ts'
import type { Snapshot } from '../snapshot.ts'
import { counted, type Effect, effectOn } from './effect.ts'

/** Keys that begin or cease to work, or reach less or more. */
export function keyEffects(before: Snapshot, after: Snapshot, nowMs: number): readonly Effect[] {
  const works = (entry: KeyEntry | undefined) =>
    entry !== undefined && !entry.disabled && (entry.expiresAt === undefined || nowMs < entry.expiresAt)
  const begun: string[] = []
  const ended: string[] = []
  const moved: string[] = []
  for (const digest of new Set([...before.identity.keys.keys(), ...after.identity.keys.keys()])) {
    const old = before.identity.keys.get(digest)
    const now = after.identity.keys.get(digest)
    const named = (entry: KeyEntry | undefined) => `${entry?.caller.key} (${entry?.caller.principal})`
    if (works(old) && !works(now)) ended.push(named(old))
    else if (!works(old) && works(now)) begun.push(named(now))
    else if (old && now && narrowing(old) !== narrowing(now)) moved.push(named(now))
  }
  const effect = (names: readonly string[], verb: string, weight: Effect['weight']): readonly Effect[] =>
    names.length === 0
      ? []
      : [
          effectOn(names, {
            kind: 'key',
            weight,
            subject: 'Key',
            summary: `${counted(names.length, 'key')} ${verb}: ${few(names)}`,
          }),
        ]
  return [
    ...effect(ended, ended.length === 1 ? 'stops working' : 'stop working', 'takes'),
    ...effect(begun, begun.length === 1 ? 'begins to work' : 'begin to work', 'gives'),
    ...effect(moved, moved.length === 1 ? 'is narrowed otherwise' : 'are narrowed otherwise', 'note'),
  ]
}

function narrowing({ caller }: KeyEntry): string {
  return JSON.stringify(caller.narrowTo ?? [])
}

function few(names: readonly string[]): string {
  return names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')}, …`
}
