import type { OperationRecord } from './record.ts'

/** A whole, plausible record, for tests: `at` comes from the number given unless it is given itself, the ids from both. */
export function sampleRecord(number: number, changes: Partial<OperationRecord> = {}): OperationRecord {
  const { at = 1_750_000_000_000 + number * 1_000 } = changes
  const time = (Number.isFinite(at) ? at : 0).toString(16).padStart(12, '0')
  const digits = `${time}${number.toString(16).padStart(20, '0')}`
  return {
    id: `op_${digits}`,
    requestId: `req_${digits}`,
    traceId: digits,
    decisionId: `dec_${digits}`,
    at,
    durationMs: 812.5,
    kind: 'model.chat',
    surface: 'openai-chat',
    outcome: 'succeeded',
    status: 200,
    principal: 'app:claims-portal',
    key: 'claims-portal-2026',
    app: 'claims-portal',
    team: 'claims',
    teams: ['claims', 'operations'],
    modelAsked: 'assistant',
    provider: 'openai-eu',
    modelServed: 'gpt-5.5-mini',
    attempts: [
      {
        provider: 'openai-eu',
        model: 'gpt-5.5-mini',
        startedAt: at + 1,
        durationMs: 811,
        firstTokenMs: 210,
        status: 200,
        cost: 123_456,
      },
    ],
    tokens: { input: 812, output: 212, cacheRead: 100, cacheWrite: 0, reasoning: 12, partial: false },
    cost: 123_456,
    priceVersion: '2026-11-01',
    priceKnown: true,
    timings: {
      authenticate: 0.02,
      authorize: 0.01,
      reserve: 0.01,
      inspect: 0.1,
      perform: 811,
      firstToken: 210,
      overhead: 0.5,
    },
    decision: { effect: 'allow', rules: ['claims-may-use'] },
    revision: 'a1b2c3d4',
    verdicts: [],
    cache: 'miss',
    stream: true,
    tags: { project: 'north' },
    warnings: [],
    node: 'node_1',
    ...changes,
  }
}

/** The number that {@link sampleRecord} made a record from. */
export const sampleNumber = (record: Pick<OperationRecord, 'id'>): number => Number.parseInt(record.id.slice(15), 16)
