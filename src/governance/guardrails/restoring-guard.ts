import type { AnswerGuard, TextGuard } from './inspection.ts'
import type { Pseudonyms } from './pseudonyms.ts'

/** Gives a streamed answer its values back, after whatever guard looks at it: that one sees the names alone. */
export function restoringGuard(inner: AnswerGuard | undefined, pseudonyms: Pseudonyms): AnswerGuard {
  return {
    forBlock: (channel) => restoring(inner?.forBlock(channel), pseudonyms, channel === 'tool-arguments'),
    verdicts: () => inner?.verdicts() ?? [],
  }
}

function restoring(inner: TextGuard | undefined, pseudonyms: Pseudonyms, json: boolean): TextGuard {
  const restorer = pseudonyms.restorer(json)
  return {
    push: (text) => restorer.push(inner ? inner.push(text) : text),
    held: () => (inner?.held() ?? 0) + restorer.held(),
    end: () => {
      const rest = inner?.end() ?? ''
      return restorer.push(rest) + restorer.end()
    },
  }
}
