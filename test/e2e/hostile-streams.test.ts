import { afterAll, beforeEach, describe, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import type { Heard, Out, Script } from './fake-upstream.ts'
import { cutAtOnce, endless, gzipped, hang, hangAfterHead, stream, whole } from './scripts.ts'
import { CHAT_PROBES, openaiResponsesProbe, type SurfaceProbe } from './surfaces.ts'
import { type Side, threeSides } from './three-sides.ts'
import { anthropicFake } from './wires/anthropic.ts'
import { geminiFake } from './wires/gemini.ts'
import { openaiFake } from './wires/openai.ts'

/** Models whose providers have no time at all, for those that keep silent. */
const HASTY = [openaiFake, anthropicFake, geminiFake].map(
  ({ name, model }) => `kind: Model
metadata: {name: hasty-${name}}
spec:
  targets: [{provider: ${name}, model: ${model}}]
  retry: {attempts: 1}
  timeout: {firstToken: 60ms, idle: 60ms}`,
)
const { gateway, sides, stop } = await threeSides('retry: {attempts: 1}', { documents: HASTY.join('\n---\n') })
afterAll(stop)

const MIB = 1_048_576
/** Words of an upstream that no client may ever read. */
const SECRET = 'secret words of the upstream'
const HTML = `<html><body>${SECRET}</body></html>`
const EVENT_STREAM = { 'content-type': 'text/event-stream' }
const JSON_TYPE = { 'content-type': 'application/json' }

/** So many events that the client has seen text, but not the end. */
const SEEN = { openai: 3, anthropic: 4, gemini: 2 } as const

const texts = ['One', ' two', ' three', ' four']
const eventsOf = ({ wire }: Side) => wire.events({ text: texts })

const INVALID = /^upstream_(invalid|error)$/

interface Hostile {
  readonly what: string
  readonly script: (side: Side) => Script
  readonly code: RegExp
  /** It is silence, and ends with the patience of the gateway. */
  readonly silent?: boolean
  /** It goes through as it came where both sides speak the same dialect; what comes after it is judged. */
  readonly passes?: boolean
}

/** What happens before the client has seen anything: an error with a status. */
const BEFORE: readonly Hostile[] = [
  { what: 'hangs before any answer', script: () => hang, code: /^upstream_timeout$/, silent: true },
  { what: 'hangs after its status', script: () => hangAfterHead, code: /^upstream_timeout$/, silent: true },
  { what: 'breaks the connection at once', script: () => cutAtOnce, code: /^upstream_unreachable$/ },
  { what: 'answers 200 with HTML', script: () => whole(200, HTML, { 'content-type': 'text/html' }), code: INVALID },
  { what: 'answers 502 with HTML', script: () => whole(502, HTML, { 'content-type': 'text/html' }), code: INVALID },
  { what: 'answers 204', script: () => empty, code: INVALID },
  { what: 'answers 200 with nothing', script: () => whole(200, ''), code: INVALID },
  {
    what: 'answers a redirect',
    script: () => whole(302, '', { location: 'http://169.254.169.254/' }),
    code: INVALID,
  },
]

const BEFORE_STREAM: readonly Hostile[] = [
  { what: 'sends an error event first', script: ({ wire }) => stream([wire.errorEvent]), code: /^upstream_/ },
  { what: 'sends garbage first', script: () => stream(['data: {"this is": not json\n\n']), code: INVALID },
  {
    what: 'ends before any content',
    script: (side) => stream(eventsOf(side), { after: side.wire.name === 'gemini' ? 0 : 1, ending: 'close' }),
    code: INVALID,
  },
]

const BEFORE_WHOLE: readonly Hostile[] = [
  { what: 'sends half of its JSON', script: ({ wire }) => halfOf(wire.whole({ text: texts })), code: INVALID },
  {
    what: 'breaks the connection in the middle of its JSON',
    script: ({ wire }) => cutHalf(wire.whole({ text: texts })),
    code: INVALID,
  },
  { what: 'sends JSON of another shape', script: () => whole(200, { surprise: SECRET }), code: INVALID },
  { what: 'sends a list', script: () => whole(200, [1, 2]), code: INVALID },
  {
    what: 'sends an error with status 200',
    script: ({ wire }) => whole(200, wire.refusal(500, SECRET)),
    code: /^upstream_/,
  },
]

/** What happens once text has been seen: an error event, and no clean end. */
const MIDWAY: readonly Hostile[] = [
  { what: 'breaks the connection', script: (side) => after(side, { ending: 'cut' }), code: /^upstream_error$/ },
  { what: 'ends without its end', script: (side) => after(side, { ending: 'close' }), code: /^upstream_error$/ },
  { what: 'falls silent', script: (side) => after(side, { ending: 'hang' }), code: /^upstream_timeout$/, silent: true },
  { what: 'sends an error event', script: (side) => then(side, side.wire.errorEvent), code: /^upstream_/ },
  { what: 'sends garbage', script: (side) => then(side, `data: {"${SECRET}\n\n`), code: INVALID, passes: true },
  { what: 'sends an event without end', script: (side) => endlessEvent(side), code: INVALID },
]

function empty(_: Heard, out: Out): void {
  out.head(204)
  out.end()
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 5))

function after(side: Side, manner: { readonly ending: 'cut' | 'close' | 'hang' }): Script {
  return stream(eventsOf(side), { after: SEEN[side.wire.name], pace: turn, ...manner })
}

function then(side: Side, event: string): Script {
  return stream([...eventsOf(side).slice(0, SEEN[side.wire.name]), event], { pace: turn, ending: 'close' })
}

function endlessEvent(side: Side): Script {
  const first = [...eventsOf(side).slice(0, SEEN[side.wire.name]), 'data: "']
  return endless('x'.repeat(262_144), EVENT_STREAM, { bytes: 0, first })
}

function halfOf(body: object): Script {
  const text = JSON.stringify(body)
  return whole(200, text.slice(0, text.length / 2))
}

function cutHalf(body: object): Script {
  const text = JSON.stringify(body)
  return async (_, out) => {
    out.head(200, { ...JSON_TYPE, 'content-length': String(text.length) })
    await out.write(text.slice(0, text.length / 2))
    await turn()
    out.cut()
  }
}

function ask(probe: SurfaceProbe, side: Side, { streamed, silent = false }: { streamed: boolean; silent?: boolean }) {
  const model = silent ? `hasty-${side.wire.name}` : side.wire.name
  return gateway.post(probe.path(model, streamed), probe.body(model, { stream: streamed }))
}

async function expectRefused(probe: SurfaceProbe, response: Response, code: RegExp): Promise<void> {
  const body = await response.text()
  expect(response.headers.get('x-gatehouse-error')).toMatch(code)
  expect([502, 503, 504]).toContain(response.status)
  probe.errorIn(JSON.parse(body), response.status)
  expect(body).not.toContain(SECRET)
  const record = await gateway.record(response.headers.get('x-request-id'))
  expect(record).toMatchObject({
    outcome: 'failed',
    status: response.status,
    error: { code: expect.stringMatching(code) },
  })
  expect(record.attempts).toMatchObject([{ error: expect.stringMatching(code) }])
}

async function expectInterrupted(probe: SurfaceProbe, response: Response, code: RegExp, told = false): Promise<void> {
  const text = await response.text()
  expect(response.status).toBe(200)
  expect(probe.textIn(text)).toStartWith('One')
  expect(probe.endsCleanly(text)).toBe(false)
  expect(probe.errorEventIn(text)).toBeDefined()
  if (!told) expect(text).not.toContain(SECRET)
  const record = await gateway.record(response.headers.get('x-request-id'))
  expect(record).toMatchObject({
    outcome: 'interrupted',
    error: { code: expect.stringMatching(code) },
    tokens: { partial: true },
  })
  expect(record.tokens.input + record.tokens.output).toBeGreaterThan(0)
}

for (const side of sides) {
  // The fake of OpenAI speaks chat completions alone; responses in front of their own kind are tested apart.
  const probes = side.wire.name === 'openai' ? CHAT_PROBES : [...CHAT_PROBES, openaiResponsesProbe]
  for (const probe of probes) {
    describe(`${probe.name} in front of ${side.wire.name}`, () => {
      beforeEach(() => side.upstream.clear())
      for (const { what, script, code, silent } of [...BEFORE, ...BEFORE_STREAM]) {
        test(`a stream whose upstream ${what} is an error with a status, recorded as failed`, async () => {
          side.upstream.play(script(side))
          await expectRefused(probe, await ask(probe, side, { streamed: true, silent }), code)
        })
      }
      for (const { what, script, code, silent } of [...BEFORE, ...BEFORE_WHOLE]) {
        test(`a whole answer whose upstream ${what} is an error, recorded as failed`, async () => {
          side.upstream.play(script(side))
          await expectRefused(probe, await ask(probe, side, { streamed: false, silent }), code)
        })
      }
      for (const { what, script, code, silent, passes } of MIDWAY) {
        const goesThrough = passes === true && probe.name.startsWith(side.wire.name)
        test(`a stream whose upstream ${what} midway ends with the surface's own error and no clean end`, async () => {
          side.upstream.play(script(side))
          await expectInterrupted(probe, await ask(probe, side, { streamed: true, silent }), code, goesThrough)
        })
      }
      test('a whole answer packed with gzip arrives plain, with no stale headers', async () => {
        side.upstream.play(gzipped(side.wire.whole({ text: texts })))
        const response = await ask(probe, side, { streamed: false })
        expect(response.headers.get('content-encoding')).toBeNull()
        const body = await response.text()
        expect(Number(response.headers.get('content-length'))).toBe(Buffer.byteLength(body))
        expect(body).toContain('One two three four')
      })
    })
  }
}

describe('endless bytes', () => {
  for (const side of sides) {
    const [probe] = CHAT_PROBES.filter(({ name }) => name.startsWith(side.wire.name))
    if (!probe) continue
    for (const [what, piece] of [
      ['one line without end', 'x'.repeat(65_536)],
      ['comments without end', `: ${'x'.repeat(65_533)}\n\n`.replace('\n\n', '\n')],
      ['pings without end', `event: ping\ndata: {"type": "ping"}\n\n`.repeat(1_000)],
    ] as const) {
      test(`${what} before any content, from ${side.wire.name}: given up at a bound`, async () => {
        const said = { bytes: 0 }
        side.upstream.clear()
        side.upstream.play(endless(piece, EVENT_STREAM, said))
        await expectRefused(probe, await ask(probe, side, { streamed: true }), INVALID)
        expect((await (await side.upstream.request()).over).whole).toBe(false)
        // What the two sockets' buffers hold counts as well.
        expect(said.bytes).toBeLessThan(48 * MIB)
      })
    }
  }

  test('a whole answer without end is given up at its bound', async () => {
    const [side] = sides
    if (!side) throw new Error('no side')
    const said = { bytes: 0 }
    side.upstream.clear()
    const before = process.memoryUsage.rss()
    side.upstream.play(endless('x'.repeat(4 * MIB), JSON_TYPE, said))
    const response = await gateway.post('/v1/chat/completions', CHAT_PROBES[0].body('openai'))
    await expectRefused(CHAT_PROBES[0], response, INVALID)
    expect(said.bytes).toBeLessThan(100 * MIB)
    expect(process.memoryUsage.rss() - before).toBeLessThan(500 * MIB)
  })
})

test('a reader that does not read makes the upstream wait, and loses nothing', async () => {
  const [side] = sides
  if (!side) throw new Error('no side')
  const word = 'w'.repeat(16_384)
  const total = 3_000
  const said = { count: 0 }
  const events = side.wire.events({ text: [word] })
  const [start = '', piece = '', ...rest] = events
  side.upstream.play(async (_, out) => {
    out.head(200, EVENT_STREAM)
    await out.write(start)
    for (; said.count < total; said.count++) if (!(await out.write(piece))) return
    for (const event of rest) await out.write(event)
    out.end()
  })
  const response = await ask(CHAT_PROBES[0], side, { streamed: true })
  const reader = response.body?.getReader()
  await reader?.read()
  // The upstream stands still when three looks in a row find it at the same place.
  let still = 0
  for (let seen = -1; still < 3; await new Promise((resolve) => setTimeout(resolve, 20))) {
    still = seen === said.count ? still + 1 : 0
    seen = said.count
  }
  expect(said.count).toBeLessThan(total)
  const digest = createHash('sha256')
  let length = 0
  for (let chunk = await reader?.read(); chunk && !chunk.done; chunk = await reader?.read()) {
    length += chunk.value.byteLength
    digest.update(chunk.value)
  }
  expect(length).toBeGreaterThan(total * word.length * 0.99)
  expect((await gateway.record(response.headers.get('x-request-id'))).outcome).toBe('succeeded')
})
