import { z } from 'zod'
import { documentSet } from '../../../../platform/documents/index.ts'
import { smallModels } from '../../models/small-models.ts'
import { piiDetector } from '../pii.ts'

const MODELS = smallModels()

/** What a check at the usual threshold finds in a text: for tests. */
export function piiFindings(text: string, entities?: readonly string[]): readonly { kind: string; value: string }[] {
  const options = z.object(piiDetector.options).parse({ entities })
  const { find } = piiDetector.compile(options, { documents: documentSet([], ''), models: MODELS })
  return (find?.(text, 'user', 'text') ?? [])
    .filter(({ score }) => score >= 0.5)
    .map(({ start, end, kind }) => ({ kind, value: text.slice(start, end) }))
}
