import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ERROR_CODES } from '../src/lib/errors.ts'
import { type Dependency, untrueDependencies } from './docs/dependencies.ts'
import { untrueDocuments } from './docs/documents.ts'
import { GENERATED, withTable } from './docs/generated.ts'
import { untrueTests } from './docs/held-by.ts'
import { untrueMentions } from './docs/mentions.ts'
import type { Page, Untruth } from './docs/page.ts'
import { stepsOfCode, stepsOfPage, untoldCodes } from './docs/story.ts'

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

async function main(): Promise<void> {
  const stale = await tables()
  const paths = [...globSync('*.md', { cwd: root }), ...globSync('docs/**/*.md', { cwd: root })].sort()
  const pages = paths.map((path): Page => ({ path, text: read(path) }))
  const documents = await shownDocuments(pages)
  const tests = pages.flatMap((page) => untrueTests(page, read))
  const untrue = [...stale, ...(await mentions(pages)), ...documents, ...tests, ...dependencies(pages), ...story(pages)]
  for (const { path, line, message } of untrue) console.log(`${path}:${line}: ${message}`)
  console.log(`docs: ${pages.length} pages, ${untrue.length} problems`)
  process.exitCode = untrue.length > 0 || pages.length === 0 ? 1 : 0
}

async function mentions(pages: readonly Page[]): Promise<readonly Untruth[]> {
  const known = {
    exists: (pattern: string) => existsSync(join(root, pattern)) || globSync(pattern, { cwd: root }).length > 0,
    scripts: Object.keys(manifest.scripts),
    commands: await cliCommands(),
    page: (path: string) => pages.find((page) => page.path === path)?.text,
  }
  return pages.flatMap((page) => untrueMentions(page, known))
}

/** The CLI's commands; by their files when the CLI does not load, which another check tells of. */
async function cliCommands(): Promise<readonly string[]> {
  try {
    const { COMMANDS } = await import('../src/cli/index.ts')
    return COMMANDS.map((command) => command.name)
  } catch {
    return globSync('src/cli/*.ts', { cwd: root }).map((path) => path.replace(/^.*\//, '').replace(/\.ts$/, ''))
  }
}

/** What generated tables say that the code does not; with `--write` they are written anew first. */
async function tables(): Promise<readonly Untruth[]> {
  const found: Untruth[] = []
  // One after the other: a page may hold several tables.
  for (const { path, name, table, whole } of GENERATED) {
    try {
      const written = whole ? await table() : withTable(read(path), name, await table())
      if (process.argv.includes('--write')) writeFileSync(join(root, path), written)
      if (written === read(path)) continue
      found.push({
        path,
        line: 1,
        message: `the table of ${name} differs from the code; \`npm run docs -- --write\` mends it`,
      })
    } catch (cause) {
      found.push({ path, line: 1, message: `the table of ${name} cannot be made: ${String(cause)}` })
    }
  }
  return found
}

/** Loads the kinds only here, so that a room that does not load leaves the other checks alone. */
async function shownDocuments(pages: readonly Page[]): Promise<readonly Untruth[]> {
  try {
    const { POLICY_KINDS } = await import('../src/policy/kinds.ts')
    const examples = POLICY_KINDS.map((kind): Page => {
      return { path: `the example of ${kind.kind}`, text: `\`\`\`yaml\n${kind.example}\n\`\`\`` }
    })
    // An example may name documents that it does not show.
    const inExamples = examples.flatMap((page) => untrueDocuments(page, POLICY_KINDS)).filter(isNoReference)
    return [...pages.flatMap((page) => untrueDocuments(page, POLICY_KINDS)), ...inExamples]
  } catch (cause) {
    return [{ path: 'src/policy/kinds.ts', line: 1, message: `shown documents cannot be checked: ${String(cause)}` }]
  }
}

function isNoReference({ message }: Untruth): boolean {
  return !message.startsWith('there is no ')
}

function dependencies(pages: readonly Page[]): readonly Untruth[] {
  const page = pages.find((candidate) => candidate.path === DEPENDENCIES_PAGE)
  return page
    ? untrueDependencies(page, installed())
    : [{ path: DEPENDENCIES_PAGE, line: 1, message: 'the page is missing' }]
}

function installed(): readonly Dependency[] {
  const web: Manifest = JSON.parse(read('web/package.json'))
  const all = { ...manifest.dependencies, ...manifest.devDependencies, ...web.devDependencies }
  return Object.entries(all).map(([name, version]) => {
    const place = ['node_modules', 'web/node_modules'].find((folder) => existsSync(join(root, folder, name)))
    const own: { readonly license?: string } = JSON.parse(read(`${place}/${name}/package.json`))
    return { name, version, license: own.license ?? 'unknown' }
  })
}

function story(pages: readonly Page[]): readonly Untruth[] {
  const page = pages.find((candidate) => candidate.path === STORY_PAGE)
  if (!page || !existsSync(join(root, STORY_CODE))) return []
  const told = stepsOfPage(page.text).join(' → ')
  const walked = stepsOfCode(STORY_CODE, read(STORY_CODE)).join(' → ')
  const say = (message: string): Untruth => ({ path: STORY_PAGE, line: 1, message })
  const order = told === walked ? [] : [say(`the page tells ${told}, ${STORY_CODE} walks ${walked}`)]
  const untold = untoldCodes(page.text, Object.keys(ERROR_CODES))
  return untold.length === 0 ? order : [...order, say(`no step ends with ${untold.join(', ')}`)]
}

await main()
