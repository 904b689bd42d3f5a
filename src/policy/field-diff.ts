/** One field that differs between two values. */
export interface FieldChange {
  /** Dotted path: `spec.targets.0.weight`. */
  readonly path: string
  /** Absent where the field is new. */
  readonly before?: unknown
  /** Absent where the field is gone. */
  readonly after?: unknown
}

/** At most this many fields of one document are told apart; one last entry stands for the rest. */
const MOST_FIELDS = 100

/** The fields in which two JSON values differ, in the order of the second; lists of unequal length differ as a whole. */
export function fieldDiff(before: unknown, after: unknown): readonly FieldChange[] {
  const changes: FieldChange[] = []
  walk({ before, after }, '', changes)
  if (changes.length <= MOST_FIELDS) return changes
  return [...changes.slice(0, MOST_FIELDS), { path: `… ${changes.length - MOST_FIELDS} more` }]
}

interface Pair {
  readonly before: unknown
  readonly after: unknown
}

function walk({ before, after }: Pair, path: string, changes: FieldChange[]): void {
  if (Object.is(before, after)) return
  const lists = Array.isArray(before) && Array.isArray(after)
  if (lists && before.length !== after.length) {
    if (JSON.stringify(before) !== JSON.stringify(after)) changes.push({ path, before, after })
    return
  }
  const descend = lists || (isObject(before) && isObject(after))
  if (!descend || !isObject(before) || !isObject(after)) {
    changes.push({
      path,
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    })
    return
  }
  for (const key of new Set([...Object.keys(after), ...Object.keys(before)])) {
    const below = path === '' ? key : `${path}.${key}`
    walk({ before: Reflect.get(before, key), after: Reflect.get(after, key) }, below, changes)
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
