import { isObject } from '../../../lib/json.ts'
import type { Citation } from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'

/**
 * The sources a candidate names: `citationMetadata` (recited text) and `groundingMetadata` (search), as
 * ai.google.dev/api/generate-content#GroundingMetadata describes them (2026-11). Places are offsets as Google gives them.
 */
export function readCitations(candidate: JsonObject): readonly Citation[] {
  const cited = candidate['citationMetadata']
  const sources = isObject(cited) ? (cited['citationSources'] ?? cited['citations']) : undefined
  const recited = Array.isArray(sources) ? sources.filter(isObject).map(readSource) : []
  const grounding = candidate['groundingMetadata']
  return isObject(grounding) ? [...recited, ...readGrounding(grounding)] : recited
}

/** Citations as `citationMetadata`; undefined when there are none. */
export function writeCitations(citations: readonly Citation[]): JsonObject | undefined {
  if (citations.length === 0) return undefined
  const citationSources = citations.map(({ start, end, url, title }) => ({
    ...(start === undefined ? {} : { startIndex: start }),
    ...(end === undefined ? {} : { endIndex: end }),
    ...(url === undefined ? {} : { uri: url }),
    ...(title === undefined ? {} : { title }),
  }))
  return { citationSources }
}

function readSource(source: JsonObject): Citation {
  return { kind: 'url', ...place(source), ...named(source) }
}

function readGrounding(grounding: JsonObject): readonly Citation[] {
  const chunks = listOf(grounding['groundingChunks'])
  return listOf(grounding['groundingSupports']).flatMap((support) => {
    const segment = isObject(support['segment']) ? support['segment'] : {}
    const text = segment['text']
    const indices: readonly unknown[] = Array.isArray(support['groundingChunkIndices'])
      ? support['groundingChunkIndices']
      : []
    return indices.flatMap((index): readonly Citation[] => {
      const chunk = typeof index === 'number' ? chunks[index] : undefined
      const source = chunk?.['web'] ?? chunk?.['retrievedContext'] ?? chunk?.['maps']
      if (!isObject(source)) return []
      return [
        { kind: 'url', ...place(segment), ...named(source), ...(typeof text === 'string' ? { citedText: text } : {}) },
      ]
    })
  })
}

function place(json: JsonObject): Pick<Citation, 'start' | 'end'> {
  const { startIndex, endIndex } = json
  // Protobuf's JSON leaves out zeros: an end without a start starts at 0.
  if (typeof endIndex !== 'number') return {}
  return { start: typeof startIndex === 'number' ? startIndex : 0, end: endIndex }
}

function named(json: JsonObject): Pick<Citation, 'url' | 'title'> {
  const { uri, title } = json
  return { ...(typeof uri === 'string' ? { url: uri } : {}), ...(typeof title === 'string' ? { title } : {}) }
}

function listOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}
