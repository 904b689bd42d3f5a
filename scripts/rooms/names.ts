import type { Problem, Source } from './source.ts'

const FORBIDDEN = /^(utils?|helpers?|common|misc|managers?|data|info)$/i

/** File and folder names say what is inside; a drawer for everything has no name. The last word is what it is. */
export function names(source: Source): readonly Problem[] {
  const last = source.path.split('/').map((part) => part.split('.')[0]?.split('-').at(-1) ?? '')
  const word = last.find((part) => FORBIDDEN.test(part))
  if (word === undefined) return []
  return [{ path: source.path, line: 1, rule: 'name', message: `\`${word}\` says nothing about what is inside` }]
}
