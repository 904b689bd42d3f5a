import type { AccessIndex } from '../governance/access/index.ts'

/** `file:line` of a grant; undefined when there is none of this name, or it was not written in a file. */
export function placeOfRule({ rules }: AccessIndex, name: string | undefined): string | undefined {
  const origin = rules.find((rule) => rule.name === name)?.origin
  return origin?.file === undefined ? undefined : `${origin.file}:${origin.line ?? 1}`
}
