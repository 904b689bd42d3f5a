import type { OperationAnswer } from '../../contract/operations.ts'
import type { Ledger, OperationFilter, OperationPage, OperationRecord } from '../../governance/usage/index.ts'
import type { ControlReply } from '../route-types.ts'

const PAGE = 500
const CSV_COLUMNS = [
  'id',
  'requestId',
  'at',
  'kind',
  'surface',
  'outcome',
  'status',
  'principal',
  'team',
  'app',
  'user',
  'key',
  'modelAsked',
  'modelServed',
  'provider',
  'costUsd',
  'durationMs',
  'cache',
  'run',
  'session',
] as const

/** Every operation that matches, newest first, as a streamed file: read page by page, as fast as the client takes it. */
export function exportOperations(
  ledger: Ledger,
  wanted: OperationFilter & { readonly format: 'json' | 'ndjson' | 'csv' },
  answerOf: (record: OperationRecord) => OperationAnswer,
): ControlReply {
  const isCsv = wanted.format === 'csv'
  const { format: _, ...rest } = wanted
  const filter = withoutPaging(rest)
  const header = [...CSV_COLUMNS, 'tokensInput', 'tokensOutput'].join(',')
  const line = (record: OperationRecord) => (isCsv ? csvLine(answerOf(record)) : JSON.stringify(answerOf(record)))
  let after: OperationPage['after']
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      if (isCsv) controller.enqueue(encoder.encode(`${header}\r\n`))
    },
    pull: async (controller) => {
      const records = await ledger.list(filter, { limit: PAGE, ...(after && { after }) })
      const last = records.at(-1)
      if (last) {
        after = { id: last.id }
        controller.enqueue(encoder.encode(records.map((record) => line(record) + (isCsv ? '\r\n' : '\n')).join('')))
      }
      if (records.length < PAGE) controller.close()
    },
  })
  return {
    status: 200,
    body,
    headers: {
      'content-type': isCsv ? 'text/csv; charset=utf-8' : 'application/x-ndjson',
      'content-disposition': `attachment; filename="operations.${wanted.format}"`,
    },
  }
}

function withoutPaging(
  filter: OperationFilter & { readonly limit?: number; readonly cursor?: string },
): OperationFilter {
  const { limit: _limit, cursor: _cursor, ...rest } = filter
  return rest
}

function csvLine(answer: OperationAnswer): string {
  const values: unknown[] = CSV_COLUMNS.map((column) => answer[column])
  return [...values, answer.tokens.input, answer.tokens.output].map(csvField).join(',')
}

/** RFC 4180; a text that a spreadsheet would take for a formula is made harmless by an apostrophe. */
function csvField(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'number') return String(value)
  const text = /^[=+\-@\t\r]/.test(String(value)) ? `'${value}` : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
