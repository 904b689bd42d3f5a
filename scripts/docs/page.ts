/** A Markdown page. */
export interface Page {
  /** Relative to the repository's root. */
  readonly path: string
  readonly text: string
}

/** Something that a page says and that is not so. */
export interface Untruth {
  readonly path: string
  readonly line: number
  readonly message: string
}

/** A piece of code in a page. */
export interface Code {
  readonly text: string
  readonly line: number
  /** The whole line it stands in. */
  readonly context: string
  readonly fenced: boolean
}

/** Every code span and every line of a fenced block. */
export function codeOf(page: Page): readonly Code[] {
  let fenced = false
  return page.text.split('\n').flatMap((context, index): readonly Code[] => {
    const line = index + 1
    if (/^\s*(```|~~~)/.test(context)) {
      fenced = !fenced
      return []
    }
    if (fenced) return [{ text: context, line, context, fenced: true }]
    return [...context.matchAll(/`([^`]+)`/g)].map((match) => ({ text: match[1] ?? '', line, context, fenced: false }))
  })
}

/** The text outside of fenced blocks, line by line; fenced lines are blank. */
export function proseOf(page: Page): readonly string[] {
  let fenced = false
  return page.text.split('\n').map((line) => {
    const fence = /^\s*(```|~~~)/.test(line)
    if (fence) fenced = !fenced
    return fenced || fence ? '' : line
  })
}
