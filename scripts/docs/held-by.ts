import type { Page, Untruth } from './page.ts'

const ROW = /^\| [^|]* \| `([^`]+\.ts)` \| ([^|]+) \|$/

/** Rows `| case | held by | test |` whose test does not stand in the file that is named. `read` throws when there is no file. */
export function untrueTests({ path, text }: Page, read: (path: string) => string): readonly Untruth[] {
  return text.split('\n').flatMap((line, index) => {
    const [, file, title] = ROW.exec(line) ?? []
    if (file === undefined || title === undefined || stands(title, file, read)) return []
    return [{ path, line: index + 1, message: `${file} has no test "${title}"` }]
  })
}

function stands(title: string, file: string, read: (path: string) => string): boolean {
  try {
    return read(file).includes(title)
  } catch {
    return false
  }
}
