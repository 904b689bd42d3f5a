import { ERROR_CODES } from '../../src/lib/errors.ts'

const BEGIN = '<!-- generated: error codes -->'
const END = '<!-- end of generated -->'

/** The table of all error codes as Markdown, in the order of the code. */
export function errorsTable(
  codes: Readonly<Record<string, { readonly status: number; readonly message: string }>> = ERROR_CODES,
): string {
  const rows = Object.entries(codes).map(([code, { status, message }]) => `| \`${code}\` | ${status} | ${message} |`)
  return ['| code | status | the client reads |', '| --- | --- | --- |', ...rows].join('\n')
}

/** The page with the text between its markers replaced by `table`. Throws when the page has no markers. */
export function withTable(page: string, table: string): string {
  const from = page.indexOf(BEGIN)
  const to = page.indexOf(END)
  if (from < 0 || to < from) throw new Error(`the page has no \`${BEGIN}\` … \`${END}\``)
  return `${page.slice(0, from + BEGIN.length)}\n\n${table}\n\n${page.slice(to)}`
}
