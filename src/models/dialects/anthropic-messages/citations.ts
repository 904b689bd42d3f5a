import { isObject } from '../../../lib/json.ts'
import type { Citation } from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'

/** The citations of a text block; undefined when there are none. What is unknown of each stays in its `rest`. */
export function decodeCitations(value: unknown): readonly Citation[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined
  return value.filter(isObject).map(decodeCitation)
}

/** One citation. `rest` keeps the whole wire object: this dialect writes it again as it came. */
export function decodeCitation(wire: JsonObject): Citation {
  const start = numberIn(wire, 'start_char_index', 'start_page_number', 'start_block_index')
  const end = numberIn(wire, 'end_char_index', 'end_page_number', 'end_block_index')
  const url = textOf(wire.url) ?? (wire.type === 'search_result_location' ? textOf(wire.source) : undefined)
  const title = textOf(wire.title) ?? textOf(wire.document_title)
  const citedText = textOf(wire.cited_text)
  return {
    kind: url === undefined ? 'document' : 'url',
    ...(url === undefined ? {} : { url }),
    ...(title === undefined ? {} : { title }),
    ...(citedText === undefined ? {} : { citedText }),
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
    rest: wire,
  }
}

/**
 * A citation as this dialect writes it: its own as it came; another's web source as a `web_search_result_location`.
 * Undefined for what it cannot say.
 */
export function encodeCitation(citation: Citation): JsonObject | undefined {
  const own = citation.rest
  if (own !== undefined && typeof own.type === 'string' && own.type.endsWith('_location')) return own
  if (citation.url === undefined) return undefined
  return {
    type: 'web_search_result_location',
    url: citation.url,
    title: citation.title ?? null,
    cited_text: citation.citedText ?? '',
    encrypted_index: '',
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function numberIn(wire: JsonObject, ...names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = wire[name]
    if (typeof value === 'number') return value
  }
  return undefined
}
