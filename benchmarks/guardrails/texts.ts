import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Row } from '../../scripts/train-guardrails/rows.ts'

/** Texts that look like attacks and are none, written for this purpose and never trained on. */
export function traps(): readonly string[] {
  return linesOf('traps')
}

/** Tool results and documents with an instruction in them, written for this purpose and never trained on. */
export function hostileResults(): readonly string[] {
  return linesOf('tool-results').map((line) => line.replaceAll('\\n', '\n'))
}

function linesOf(name: string): readonly string[] {
  return readFileSync(join(import.meta.dir, `${name}.txt`), 'utf8')
    .trim()
    .split('\n')
}

const CORPORA = join(import.meta.dir, '..', '..', '..', 'shared', 'data', 'knowledge')

/** Documents of the open retrieval sets beside the project: technical prose, code, documentation; none when absent. */
export function openDocuments(): readonly Row[] {
  return ['product-docs', 'codebase', 'cranfield'].flatMap((set) => {
    const path = join(CORPORA, set, 'corpus.jsonl')
    if (!existsSync(path)) return []
    const lines = readFileSync(path, 'utf8').trim().split('\n')
    return lines.map((line): Row => {
      const { text } = JSON.parse(line) as { readonly text: string }
      return { text, label: 0, source: set, kind: 'document', lang: 'en', train_ok: false }
    })
  })
}
