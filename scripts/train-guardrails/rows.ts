import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where the training rows lie: beside the project, never in it. */
export const ROWS_FOLDER: string = join(import.meta.dir, '..', '..', '..', 'shared', 'data', 'guardrails')

/** One labelled text. */
export interface Row {
  readonly text: string
  readonly label: 0 | 1
  readonly source: string
  readonly kind: string
  /** The source of the honest text that an attack of our own was put into. */
  readonly host?: string
  readonly lang: string
  /** Whose voice it is: `user`, `data` or `system`; only in the injection files. */
  readonly channel?: string
  /** Its licence lets a model that was trained on it be shipped. */
  readonly train_ok: boolean
  /** Places of what was annotated, in Unicode code points; only in the PII files. */
  readonly spans?: readonly { readonly start: number; readonly end: number; readonly type: string }[]
}

/** Whether the rows are there. */
export function hasRows(): boolean {
  return existsSync(join(ROWS_FOLDER, 'README.md'))
}

/** All rows of a name, training and development rows together: quality is judged by source, not by that split. */
export function rowsOf(name: 'injection' | 'harm' | 'toxicity' | 'pii' | 'secrets'): readonly Row[] {
  const rows: Row[] = []
  const seen = new Set<string>()
  for (const part of ['train', 'dev']) {
    for (const line of readFileSync(join(ROWS_FOLDER, `${name}.${part}.jsonl`), 'utf8').split('\n')) {
      if (line.trim() === '') continue
      const row = JSON.parse(line) as Row
      const key = `${row.channel} ${row.label} ${row.text}`
      if (seen.has(key)) continue
      seen.add(key)
      rows.push(row)
    }
  }
  return rows
}
