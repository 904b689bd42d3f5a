import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sampleRecord } from '../governance/usage/testing.ts'
import { systemClock } from '../lib/clock.ts'
import { loadConfig } from '../platform/config/index.ts'
import { createLogger } from '../platform/telemetry/index.ts'
import { compose } from './compose.ts'

test('records that the store refuses are told of by the metrics, the readiness and one error in the log', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-own-'))
  const environment = { GATEHOUSE_DATA_DIR: dataDir, GATEHOUSE_ROLE: 'gate' }
  const config = loadConfig(environment)
  const lines: string[] = []
  const sink = (line: string) => void lines.push(line)
  const log = createLogger({ level: 'error', format: 'json', clock: systemClock, sink })
  const { listener, ledger, close } = await compose({ config, environment, log })
  const ask = async (path: string) => {
    const response = await listener.own(new Request(`http://localhost${path}`), path, () => undefined)
    return { status: response?.status, text: (await response?.text()) ?? '' }
  }
  try {
    expect((await ask('/metrics')).text).toContain('gatehouse_ledger_set_aside 0\n')
    expect((await ask('/readyz')).text).not.toContain('refused')
    const odd = sampleRecord(1, { cost: Number.NaN })
    for (const record of [odd, sampleRecord(2)]) ledger.append(record)
    await ledger.flush()
    expect((await ask('/metrics')).text).toContain('gatehouse_ledger_set_aside 1\n')
    const { status, text } = await ask('/readyz')
    expect(status).toBe(200)
    expect(JSON.parse(text)).toMatchObject({
      status: 'ready',
      reasons: expect.arrayContaining([
        expect.stringContaining('records refused by the store and missing from the usage: 1'),
      ]),
    })
    expect(lines.length).toBe(1)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'error', count: 1, total: 1, operationId: odd.id })
  } finally {
    await close()
    rmSync(dataDir, { recursive: true, force: true })
  }
})
