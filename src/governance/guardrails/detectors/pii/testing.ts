import { z } from 'zod'
import { documentSet } from '../../../../platform/documents/index.ts'
import { smallModels } from '../../models/small-models.ts'
import { piiDetector } from '../pii.ts'

const CONTEXT = { documents: documentSet([], ''), models: smallModels() }
const EVERYTHING = finderOf(undefined)

function finderOf(entities: readonly string[] | undefined) {
  return piiDetector.compile(z.object(piiDetector.options).parse({ entities }), CONTEXT).find
}

/** What a check at the usual threshold finds in a text: for tests. */
export function piiFindings(text: string, entities?: readonly string[]): readonly { kind: string; value: string }[] {
  const find = entities ? finderOf(entities) : EVERYTHING
  return (find?.(text, 'user', 'text') ?? [])
    .filter(({ score }) => score >= 0.5)
    .map(({ start, end, kind }) => ({ kind, value: text.slice(start, end) }))
}
