import { codeOf, type Page, proseOf, type Untruth } from './page.ts'

/** What there is, for pages to speak of. */
export interface Known {
  /** Whether a path or glob (`*`, `{a,b}`) of the repository names at least one file or folder. */
  readonly exists: (pattern: string) => boolean
  /** Names of package.json's scripts. */
  readonly scripts: readonly string[]
  /** Commands of the CLI. */
  readonly commands: readonly string[]
  /** The text of a page of the repository; `undefined` when it is no page. */
  readonly page: (path: string) => string | undefined
}

const FOLDERS = /^(src|scripts|docs|bin|test|benchmarks|deploy|examples|web|\.ci)\/[\w./*{},-]*$/
const ROOT_FILE = /^[A-Za-z][\w.-]*\.(md|json|toml|mjs)$/

/** A line that says `planned` may speak of what does not exist yet. */
const PLANNED = /\bplanned\b/i

/** Paths, npm scripts, CLI commands and relative links of a page that lead nowhere. */
export function untrueMentions(page: Page, known: Known): readonly Untruth[] {
  return [...untrueCode(page, known), ...brokenLinks(page, known)]
}

function untrueCode(page: Page, known: Known): readonly Untruth[] {
  return codeOf(page).flatMap((code) => {
    if (PLANNED.test(code.context)) return []
    const say = (message: string): Untruth => ({ path: page.path, line: code.line, message })
    const path = code.text.replace(/:\d+$/, '')
    const isPath = !code.fenced && (FOLDERS.test(path) || ROOT_FILE.test(path))
    const paths = isPath && !known.exists(path) ? [say(`there is no ${path}`)] : []
    const scripts = [...code.text.matchAll(/\bnpm run ([\w:-]+)/g)]
      .filter((match) => !known.scripts.includes(match[1] ?? ''))
      .map((match) => say(`package.json has no script \`${match[1]}\``))
    const commands = [...code.text.matchAll(/(?:^|[\s/$])gatehouse ([a-z][a-z-]*)\b/g)]
      .filter((match) => !known.commands.includes(match[1] ?? ''))
      .map((match) => say(`the CLI has no command \`${match[1]}\``))
    return [...paths, ...scripts, ...commands]
  })
}

function brokenLinks(page: Page, known: Known): readonly Untruth[] {
  return proseOf(page).flatMap((line, index) =>
    [...line.matchAll(/\]\(([^)\s]+)\)/g)].flatMap((match) => {
      const [file = '', anchor] = (match[1] ?? '').split('#')
      if (/^[a-z]+:/.test(file)) return []
      const target = file === '' ? page.path : relative(page.path, file)
      const say = (message: string): Untruth => ({ path: page.path, line: index + 1, message })
      if (!known.exists(target)) return [say(`the link to ${match[1]} leads nowhere`)]
      const text = known.page(target)
      if (anchor === undefined || text === undefined || anchorsOf(text).includes(anchor)) return []
      return [say(`${target} has no heading #${anchor}`)]
    }),
  )
}

function relative(from: string, to: string): string {
  const parts = from.split('/').slice(0, -1)
  for (const part of to.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.' && part !== '') parts.push(part)
  }
  return parts.join('/')
}

/** Heading anchors as code hosts make them: lower case, punctuation dropped, blanks to dashes. */
function anchorsOf(text: string): readonly string[] {
  return proseOf({ path: '', text })
    .filter((line) => /^#{1,6} /.test(line))
    .map((line) =>
      line
        .replace(/^#+ /, '')
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replace(/\s/g, '-'),
    )
}
