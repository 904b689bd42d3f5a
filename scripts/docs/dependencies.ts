import type { Page, Untruth } from './page.ts'

/** A dependency as package.json and the package itself name it. */
export interface Dependency {
  readonly name: string
  readonly version: string
  /** SPDX expression of the installed package. */
  readonly license: string
}

/** docs/dependencies.md has exactly one row a dependency: name, version, licence, and why this one. */
export function untrueDependencies(page: Page, dependencies: readonly Dependency[]): readonly Untruth[] {
  const rows = page.text.split('\n').flatMap((text, index) => {
    const cells = text.split('|').map((cell) => cell.trim())
    const name = /^`([^`]+)`$/.exec(cells[1] ?? '')?.[1]
    return name === undefined
      ? []
      : [{ name, version: cells[2] ?? '', license: cells[3] ?? '', why: cells[4] ?? '', line: index + 1 }]
  })
  const say = (line: number, message: string): Untruth => ({ path: page.path, line, message })
  const missing = dependencies.filter((wanted) => !rows.some((row) => row.name === wanted.name))
  const wrong = rows.flatMap((row, index) => {
    const wanted = dependencies.find((candidate) => candidate.name === row.name)
    if (!wanted) return [say(row.line, `${row.name} is no dependency of package.json`)]
    if (rows.findIndex((other) => other.name === row.name) !== index)
      return [say(row.line, `${row.name} stands here twice`)]
    const found: Untruth[] = []
    if (row.version !== wanted.version)
      found.push(say(row.line, `${row.name} is ${wanted.version}, not ${row.version}`))
    if (row.license !== wanted.license)
      found.push(say(row.line, `${row.name} is under ${wanted.license}, not ${row.license}`))
    if (row.why.length < 20) found.push(say(row.line, `${row.name}: say why it and not another`))
    return found
  })
  return [
    ...missing.map((wanted) => say(1, `${wanted.name} ${wanted.version} (${wanted.license}) has no row`)),
    ...wrong,
  ]
}
