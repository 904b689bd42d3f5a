import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { POLICY_KINDS } from '../src/policy/index.ts'
import { type Dependency, untrueDependencies } from './docs/dependencies.ts'
import { untrueDocuments } from './docs/documents.ts'
import { generatedTables, withTable } from './docs/generated.ts'
import { untrueMentions } from './docs/mentions.ts'
import type { Page, Untruth } from './docs/page.ts'
import { stepsOfCode, stepsOfPage } from './docs/story.ts'

const root = join(import.meta.dir, '..')
const DEPENDENCIES_PAGE = 'docs/dependencies.md'
const STORY_PAGE = 'docs/explanation/life-of-a-request.md'
const STORY_CODE = 'src/gate/gate.ts'

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

const read = (path: string) => readFileSync(join(root, path), 'utf8')
const manifest: Manifest = JSON.parse(read('package.json'))

function main(): void {
  if (process.argv.includes('--write')) writeTables()
  const paths = [...globSync('*.md', { cwd: root }), ...globSync('docs/**/*.md', { cwd: root })].sort()
  const pages = paths.map((path): Page => ({ path, text: read(path) }))
  const documents = pages.flatMap((page) => untrueDocuments(page, POLICY_KINDS))
  const untrue = [...mentions(pages), ...documents, ...tables(pages), ...story(pages)]
  for (const { path, line, message } of untrue) console.log(`${path}:${line}: ${message}`)
  console.log(`docs: ${pages.length} pages, ${untrue.length} problems`)
  process.exitCode = untrue.length > 0 || pages.length === 0 ? 1 : 0
}

function mentions(pages: readonly Page[]): readonly Untruth[] {
  const known = {
    exists: (pattern: string) => existsSync(join(root, pattern)) || globSync(pattern, { cwd: root }).length > 0,
    scripts: Object.keys(manifest.scripts),
    commands: cliCommands(),
    page: (path: string) => pages.find((page) => page.path === path)?.text,
  }
  return pages.flatMap((page) => untrueMentions(page, known))
}

/** The CLI's commands: one file each. */
function cliCommands(): readonly string[] {
  return [...globSync('src/cli/*.ts', { cwd: root }), ...globSync('src/cli/commands/*.ts', { cwd: root })].map((path) =>
    path.replace(/^.*\//, '').replace(/\.ts$/, ''),
  )
}

function writeTables(): void {
  for (const generated of generatedTables())
    writeFileSync(join(root, generated.path), withTable(read(generated.path), generated))
}

function tables(pages: readonly Page[]): readonly Untruth[] {
  const message = 'a generated table differs from the code; `npm run docs -- --write` writes it anew'
  const stale = generatedTables()
    .filter((generated) => withTable(read(generated.path), generated) !== read(generated.path))
    .map(({ path }) => ({ path, line: 1, message }))
  const dependencies = pages.find((page) => page.path === DEPENDENCIES_PAGE)
  const missing = { path: DEPENDENCIES_PAGE, line: 1, message: 'the page is missing' }
  return [...stale, ...(dependencies ? untrueDependencies(dependencies, installed()) : [missing])]
}

function installed(): readonly Dependency[] {
  return Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).map(([name, version]) => {
    const own: { readonly license?: string } = JSON.parse(read(`node_modules/${name}/package.json`))
    return { name, version, license: own.license ?? 'unknown' }
  })
}

function story(pages: readonly Page[]): readonly Untruth[] {
  const page = pages.find((candidate) => candidate.path === STORY_PAGE)
  if (!page || !existsSync(join(root, STORY_CODE))) return []
  const told = stepsOfPage(page.text).join(' → ')
  const walked = stepsOfCode(STORY_CODE, read(STORY_CODE)).join(' → ')
  return told === walked
    ? []
    : [{ path: STORY_PAGE, line: 1, message: `the page tells ${told}, ${STORY_CODE} walks ${walked}` }]
}

main()
