import type { Problem, Source } from './source.ts'

const FORBIDDEN = /^(utils?|helpers?|common|misc|managers?|data|info)$/i

/** File and folder names say what is inside; a drawer for everything has no name. */
export function names(source: Source): readonly Problem[] {
  const words = source.path
    .replace(/(\.test)?\.tsx?$/, '')
    .split('/')
    .flatMap((part) => part.split(/[.-]/))
  const word = words.find((part) => FORBIDDEN.test(part))
  if (word === undefined) return []
  return [{ path: source.path, line: 1, rule: 'name', message: `\`${word}\` says nothing about what is inside` }]
}
