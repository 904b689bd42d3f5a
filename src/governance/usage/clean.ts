import { wellFormed } from '../../lib/json.ts'
import type { OperationRecord } from './record.ts'
import { recordText } from './record-text.ts'

/** How long the texts of a record may be, in UTF-16 units, and how many there may be of a sort. */
export const RECORD_BOUNDS = Object.freeze({
  name: 256,
  message: 500,
  tags: 50,
  tag: 256,
  listed: 100,
  content: 1_048_576,
})

/** A record with its text, both fit to be stored. */
export interface CleanRecord {
  readonly record: OperationRecord
  /** As {@link recordText} makes it. */
  readonly json: string
}

/**
 * Bounds what callers and providers may have written into a record, and removes what no database takes (NUL, lone
 * surrogates). The JSON is made once: it is looked at for the rare escapes that need the slow way.
 */
export function cleanRecord(record: OperationRecord): CleanRecord {
  const bounded = isWithinBounds(record) ? record : bound(record)
  const json = recordText(bounded)
  if (!json.includes('\\u') || !/\\u(?:0000|d[89a-f])/.test(json)) return { record: bounded, json }
  const sound = soundValue(bounded) as OperationRecord
  return { record: sound, json: recordText(sound) }
}

const isShort = (text: string | undefined, most: number) => text === undefined || text.length <= most

function isWithinBounds(record: OperationRecord): boolean {
  const { error, decision, content } = record
  if (!isShort(record.modelAsked, RECORD_BOUNDS.name) || !isShort(record.modelServed, RECORD_BOUNDS.name)) return false
  if (!isShort(record.run, RECORD_BOUNDS.name) || !isShort(record.session, RECORD_BOUNDS.name)) return false
  if (error && !(isShort(error.message, RECORD_BOUNDS.message) && isShort(error.detail, RECORD_BOUNDS.message)))
    return false
  if (!isShort(decision.reason, RECORD_BOUNDS.message) || decision.rules.length > RECORD_BOUNDS.listed) return false
  if (content && !(isShort(content.request, RECORD_BOUNDS.content) && isShort(content.answer, RECORD_BOUNDS.content)))
    return false
  if (record.warnings.length > RECORD_BOUNDS.listed || record.verdicts.length > RECORD_BOUNDS.listed) return false
  if (record.warnings.some((warning) => warning.length > RECORD_BOUNDS.message)) return false
  return areTagsShort(record.tags)
}

function areTagsShort(tags: Readonly<Record<string, string>>): boolean {
  let count = 0
  for (const name in tags) {
    if (++count > RECORD_BOUNDS.tags || name.length > RECORD_BOUNDS.tag) return false
    if (!isShort(tags[name], RECORD_BOUNDS.tag)) return false
  }
  return true
}

function bound(record: OperationRecord): OperationRecord {
  const { error, decision, content } = record
  const tags = Object.entries(record.tags).slice(0, RECORD_BOUNDS.tags)
  return {
    ...record,
    ...optional('modelAsked', record.modelAsked, RECORD_BOUNDS.name),
    ...optional('modelServed', record.modelServed, RECORD_BOUNDS.name),
    ...optional('run', record.run, RECORD_BOUNDS.name),
    ...optional('session', record.session, RECORD_BOUNDS.name),
    ...(error && {
      error: {
        code: error.code,
        message: error.message.slice(0, RECORD_BOUNDS.message),
        ...optional('detail', error.detail, RECORD_BOUNDS.message),
      },
    }),
    decision: {
      effect: decision.effect,
      rules: decision.rules.slice(0, RECORD_BOUNDS.listed),
      ...optional('reason', decision.reason, RECORD_BOUNDS.message),
    },
    ...(content && {
      content: {
        ...content,
        ...optional('request', content.request, RECORD_BOUNDS.content),
        ...optional('answer', content.answer, RECORD_BOUNDS.content),
      },
    }),
    warnings: record.warnings.slice(0, RECORD_BOUNDS.listed).map((warning) => warning.slice(0, RECORD_BOUNDS.message)),
    verdicts: record.verdicts.slice(0, RECORD_BOUNDS.listed),
    tags: Object.fromEntries(
      tags.map(([name, value]) => [name.slice(0, RECORD_BOUNDS.tag), value.slice(0, RECORD_BOUNDS.tag)]),
    ),
  }
}

function optional<K extends string>(name: K, text: string | undefined, most: number): Partial<Record<K, string>> {
  return text === undefined ? {} : ({ [name]: text.slice(0, most) } as Partial<Record<K, string>>)
}

function soundValue(value: unknown): unknown {
  if (typeof value === 'string') return wellFormed(value)
  if (Array.isArray(value)) return value.map(soundValue)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [wellFormed(name), soundValue(member)]))
}
