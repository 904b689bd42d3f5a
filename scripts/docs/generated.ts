import { ERROR_CODES } from '../../src/lib/errors.ts'
import { VARIABLES, type Variable } from '../../src/platform/config/index.ts'

/** A table that is written from code into a page, between two marks. */
export interface Generated {
  /** The page that holds it. */
  readonly path: string
  /** Its name in the mark: `<!-- generated: error codes -->`. */
  readonly name: string
  readonly table: string
}

const END = '<!-- end of generated -->'

/** Every generated table. */
export function generatedTables(): readonly Generated[] {
  return [
    { path: 'docs/reference/errors.md', name: 'error codes', table: errorsTable(ERROR_CODES) },
    { path: 'docs/reference/configuration.md', name: 'variables', table: variablesTable(VARIABLES) },
  ]
}

/** All error codes as Markdown, in the order of the code. */
export function errorsTable(
  codes: Readonly<Record<string, { readonly status: number; readonly message: string }>>,
): string {
  const rows = Object.entries(codes).map(([code, { status, message }]) => `| \`${code}\` | ${status} | ${message} |`)
  return ['| code | status | the client reads |', '| --- | --- | --- |', ...rows].join('\n')
}

/** All environment variables as Markdown, in the order of the code. */
function variablesTable(variables: Readonly<Record<string, Variable<unknown>>>): string {
  const rows = Object.values(variables).map(({ name, fallback, summary }) => {
    const value = fallback === undefined ? 'none' : `\`${fallback.replace('{DATA_DIR}', '<data dir>')}\``
    return `| \`${name}\` | ${value} | ${summary} |`
  })
  return ['| variable | default | what |', '| --- | --- | --- |', ...rows].join('\n')
}

/** The page with the text between its marks replaced by the table. Throws when the page has no such marks. */
export function withTable(page: string, { name, table }: Pick<Generated, 'name' | 'table'>): string {
  const begin = `<!-- generated: ${name} -->`
  const from = page.indexOf(begin)
  const to = page.indexOf(END, from)
  if (from < 0 || to < 0) throw new Error(`the page has no \`${begin}\` … \`${END}\``)
  return `${page.slice(0, from + begin.length)}\n\n${table}\n\n${page.slice(to)}`
}
