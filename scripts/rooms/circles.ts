import type { Problem, Source } from './source.ts'

/** Import circles between files, types included: each strongly connected group once, at its first file. */
export function circles(sources: readonly Source[]): readonly Problem[] {
  const byPath = new Map(sources.map((source) => [source.path, source]))
  return groups(byPath).map((group) => {
    const first = byPath.get(group[0] ?? '')
    const entry = first?.imports.find((candidate) => candidate.path !== undefined && group.includes(candidate.path))
    const line = first && entry ? first.lineAt(entry.start) : 1
    return { path: group[0] ?? '', line, rule: 'circle', message: `these files import each other: ${group.join(', ')}` }
  })
}

interface Mark {
  readonly index: number
  low: number
  open: boolean
}

/** Tarjan's strongly connected components of more than one file (or a file that imports itself). */
function groups(byPath: ReadonlyMap<string, Source>): readonly (readonly string[])[] {
  const marks = new Map<string, Mark>()
  const stack: string[] = []
  const found: string[][] = []
  const targets = (path: string) =>
    (byPath.get(path)?.imports ?? []).flatMap((entry) =>
      entry.path !== undefined && byPath.has(entry.path) ? [entry.path] : [],
    )

  const visit = (path: string): Mark => {
    const mark: Mark = { index: marks.size, low: marks.size, open: true }
    marks.set(path, mark)
    stack.push(path)
    for (const target of targets(path)) {
      const seen = marks.get(target)
      if (!seen) mark.low = Math.min(mark.low, visit(target).low)
      else if (seen.open) mark.low = Math.min(mark.low, seen.index)
    }
    if (mark.low === mark.index) close(path)
    return mark
  }
  const close = (path: string) => {
    const group = stack.splice(stack.indexOf(path))
    for (const member of group) {
      const mark = marks.get(member)
      if (mark) mark.open = false
    }
    if (group.length > 1 || targets(path).includes(path)) found.push(group.sort())
  }
  for (const path of byPath.keys()) if (!marks.has(path)) visit(path)
  return found
}
