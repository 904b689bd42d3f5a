import { afterAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { manualClock } from '../../lib/clock.ts'
import { seededRandom } from '../../lib/random.ts'
import { createEgress } from '../../platform/egress/index.ts'
import { describeEngines } from '../../platform/storage/testing.ts'
import { auditMigrations, openAudit, type StoredEntry } from '../audit/index.ts'
import { openLedger, usageMigrations } from '../usage/index.ts'
import { sampleRecord } from '../usage/testing.ts'
import type { SiemEvent } from './event.ts'
import { siemExport } from './export.ts'
import { lineOf, otlpLogs } from './formats.ts'
import { siemMigrations } from './siem.store.ts'
import { readDestination, sinkOf } from './sink.ts'

const root = mkdtempSync(join(tmpdir(), 'gatehouse-siem-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const made = { count: 0 }

const entry: StoredEntry = {
  v: 1,
  log: 'default/audit',
  sequence: 7,
  at: '2026-01-02T03:04:05.006Z',
  previous: '',
  actor: 'user:a=b|c',
  action: 'secret.write',
  object: 'secret:x',
  address: '192.0.2.1',
  reason: 'line\nbreak',
}
const audited: SiemEvent = { kind: 'audit', entry, hash: 'ab' }
const blocked: SiemEvent = { kind: 'operation', record: sampleRecord(1, { outcome: 'blocked' }) }

describe('the formats', () => {
  test('CEF escapes what would end a field', () => {
    expect(lineOf('cef', audited)).toBe(
      'CEF:0|Gatehouse|Gatehouse|0|secret.write|secret.write secret:x|2|rt=1767323045006 externalId=default/audit/7 ' +
        'suser=user:a\\=b|c act=secret.write outcome=success src=192.0.2.1 reason=line\\nbreak cs1Label=object cs1=secret:x',
    )
    expect(lineOf('cef', blocked)).toContain('|model.chat|model.chat model:assistant|6|')
  })

  test('OCSF is an API activity with who, what, on what and the whole event', () => {
    expect(JSON.parse(lineOf('ocsf', audited))).toMatchObject({
      class_uid: 6003,
      activity_id: 3,
      type_uid: 600303,
      time: 1767323045006,
      status_id: 1,
      metadata: { version: '1.3.0', uid: 'default/audit/7' },
      actor: { user: { name: 'user:a=b|c' } },
      api: { operation: 'secret.write' },
      src_endpoint: { ip: '192.0.2.1' },
      resources: [{ name: 'secret:x' }],
      unmapped: { sequence: 7, hash: 'ab' },
    })
    expect(JSON.parse(lineOf('ocsf', blocked))).toMatchObject({ status_id: 2, severity_id: 3, activity_id: 99 })
  })

  test('OTLP and NDJSON carry the event whole', () => {
    const [logs] = (otlpLogs([audited], 'gate') as { resourceLogs: [{ scopeLogs: [{ logRecords: [object] }] }] })
      .resourceLogs
    expect(logs.scopeLogs[0].logRecords[0]).toMatchObject({
      timeUnixNano: '1767323045006000000',
      eventName: 'gatehouse.audit',
      body: { stringValue: JSON.stringify({ ...entry, hash: 'ab' }) },
    })
    expect(JSON.parse(lineOf('ndjson', blocked))).toMatchObject({ type: 'gatehouse.operation', outcome: 'blocked' })
  })

  test('a destination is a format and a place that goes with it', () => {
    for (const right of [
      'cef=syslog+tls://h:6514',
      'otlp=https://c/v1/logs',
      'ndjson=file:/var/log/x',
      'ocsf=https://c/in?a=b',
    ])
      expect(readDestination(right)).toBeDefined()
    for (const wrong of ['cef', 'xml=https://c', 'otlp=file:/x', 'otlp=syslog+tls://h', 'cef=ftp://h', '=https://c'])
      expect(readDestination(wrong)).toBeUndefined()
  })
})

describeEngines('the export to a security information system', (open) => {
  const opened = async () => {
    const database = await open([...auditMigrations, ...usageMigrations, ...siemMigrations])
    const clock = manualClock()
    const audit = openAudit({ database, clock, seed: new Uint8Array(32) })
    const log = openAudit({ database, clock, seed: new Uint8Array(32), log: 'default/ledger' })
    const directory = join(root, String(++made.count))
    const ledger = openLedger({ directory, database, clock, random: seededRandom(1), sealing: { log, node: 'n' } })
    const taken: string[] = []
    const away = { is: false }
    const sink = async (events: readonly SiemEvent[]) => {
      if (away.is) throw new Error('away')
      taken.push(...events.map((event) => (event.kind === 'audit' ? String(event.entry.sequence) : event.record.id)))
    }
    const destination = { format: 'ndjson', place: 'https://c.example/in' } as const
    const run = () => siemExport({ database, audit, destination, sink }).run(new AbortController().signal)
    return { audit, ledger, taken, away, run, clock }
  }
  const id = (number: number) => sampleRecord(number).id

  test('every entry and every operation since it began is sent once, in the order in which they were stored', async () => {
    const { audit, ledger, taken, run } = await opened()
    await audit.record(...Array.from({ length: 450 }, () => ({ actor: 'system', action: 'x' })))
    ledger.append(sampleRecord(1))
    await ledger.flush()
    await run()
    expect(taken).toEqual(Array.from({ length: 450 }, (_, index) => String(index + 1)))
    ledger.append(sampleRecord(9))
    await ledger.flush()
    // It began earlier and ended later: its id is smaller.
    ledger.append(sampleRecord(3))
    await ledger.flush()
    await audit.record({ actor: 'system', action: 'y' })
    await run()
    await run()
    expect(taken.slice(450)).toEqual(['451', id(9), id(3)])
  })

  test('what a destination did not take is sent again, and nothing is left out', async () => {
    const { audit, ledger, taken, away, run } = await opened()
    await run()
    ledger.append(sampleRecord(1))
    await ledger.flush()
    await audit.record({ actor: 'system', action: 'x' })
    away.is = true
    await expect(run()).rejects.toThrow('away')
    away.is = false
    await run()
    expect(taken).toEqual(['1', id(1)])
  })
})

test('over HTTP a batch is a body with the headers of the collector, and a refusal is a failure; a file is appended to', async () => {
  const seen: { headers: Headers; text: string }[] = []
  const answer = { status: 202 }
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: async (request) => {
      seen.push({ headers: request.headers, text: await request.text() })
      return new Response(null, { status: answer.status })
    },
  })
  const clock = manualClock()
  const headers = { authorization: 'Splunk t0ken' }
  const tools = { egress: createEgress({ clock }), clock, host: 'h', serviceName: 's', headers }
  const send = sinkOf({ format: 'ndjson', place: `http://127.0.0.1:${server.port}/in` }, tools)
  await send([audited, blocked])
  expect(seen[0]?.headers.get('authorization')).toBe('Splunk t0ken')
  expect(seen[0]?.text.trimEnd().split('\n')).toHaveLength(2)
  answer.status = 503
  await expect(send([audited])).rejects.toMatchObject({ code: 'upstream_invalid' })
  await server.stop(true)
  const file = join(root, 'out.cef')
  const write = sinkOf({ format: 'cef', place: `file:${file}` }, tools)
  await write([audited])
  await write([blocked])
  expect(readFileSync(file, 'utf8').match(/^CEF:0/gm)).toHaveLength(2)
})
