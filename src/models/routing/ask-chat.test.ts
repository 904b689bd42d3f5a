import { describe, expect, test } from 'bun:test'
import { manualClock } from '../../lib/clock.ts'
import { GatewayError } from '../../lib/errors.ts'
import { streamOf } from '../../lib/stream.ts'
import { type ChatCall, openaiChat } from '../dialects/index.ts'
import { type Transport, tokenCache, type UpstreamRequest, type UpstreamResponse } from '../providers/index.ts'
import { askChat, type ChatServed } from './ask-chat.ts'
import { deadlineWatch } from './deadline.ts'
import type { Attempt } from './served.ts'
import { attemptAt, modelsFrom, modelYaml, planFrom } from './testing.ts'

const event = (data: unknown) => `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`
const chunk = (delta: object, finish: string | null = null) =>
  event({ id: 'c', choices: [{ index: 0, delta, finish_reason: finish }] })
const OPENING = chunk({ role: 'assistant', content: '' })
const BODY = { model: 'm', stream: true, messages: [{ role: 'user', content: 'Hi' }], unheard_of: 1.0 }

interface Scene {
  readonly respond: (request: UpstreamRequest, signal: AbortSignal) => Promise<UpstreamResponse>
  readonly body?: object
  readonly model?: string
}

function scene({
  respond,
  body = BODY,
  model = modelYaml('m', ['a'], 'timeout: {firstToken: 1s, idle: 1s, total: 9s}'),
}: Scene) {
  const clock = manualClock()
  const sent: UpstreamRequest[] = []
  let signal: AbortSignal | undefined
  const transport: Transport = (request, given) => {
    sent.push(request)
    signal = given
    return respond(request, given)
  }
  const client = new AbortController()
  const plan = planFrom(modelsFrom(model), 'm')
  const target = plan.targets[0]
  if (!target) throw new Error('no target')
  const attempt: Attempt = attemptAt(target, clock)
  const text = JSON.stringify(body)
  const call: ChatCall = openaiChat.decodeCall({ ...body })
  const warnings: string[] = []
  const done = askChat(
    {
      upstream: { clock, watch: deadlineWatch(clock), transport, secret: () => undefined, tokens: tokenCache(clock) },
      call,
      original: { dialect: 'openai-chat', text, edits: [], stream: call.stream },
      strict: false,
      warn: (warning) => void warnings.push(warning),
      signal: client.signal,
    },
    target,
    attempt,
    plan,
  )
  const failure = done.then(
    () => undefined,
    (cause: unknown) => cause,
  )
  return { clock, client, done, failure, sent, attempt, isAborted: () => signal?.aborted }
}

const answer = (status: number, text: string, headers: Record<string, string> = {}): UpstreamResponse => ({
  status,
  headers: new Headers(headers),
  body: streamOf(text),
  text: async () => text,
})
const streaming =
  (...pieces: readonly string[]) =>
  async (): Promise<UpstreamResponse> => ({
    ...answer(200, ''),
    body: streamOf(...pieces),
  })

async function all(served: ChatServed): Promise<string> {
  if (served.kind !== 'stream') throw new Error('not a stream')
  const pieces = [...served.stream.head]
  for (let more = await served.stream.next(); more; more = await served.stream.next()) pieces.push(more)
  return pieces.map((piece) => new TextDecoder().decode(piece)).join('')
}

describe('asking a target for a stream', () => {
  test('what came before the first content is given out first, and nothing is lost or doubled', async () => {
    const text = [OPENING, chunk({ content: 'Hel' }), chunk({ content: 'lo' }), chunk({}, 'stop'), event('[DONE]')]
    const { done } = scene({ respond: streaming(...text) })
    expect(await all(await done)).toBe(text.join(''))
  })

  test('only the governed fields of the body are changed; unknown ones pass', async () => {
    const { done, sent } = scene({ respond: streaming(chunk({ content: 'x' }), chunk({}, 'stop')) })
    await done
    expect(JSON.parse(sent[0]?.body ?? '')).toMatchObject({ ...BODY, model: 'a' })
  })

  test('an error event before the first content is thrown, so that another target can be asked, though the status was 200', async () => {
    const error = event({ error: { type: 'overloaded_error', message: 'busy' } })
    const { failure, isAborted } = scene({ respond: streaming(OPENING, error) })
    expect(await failure).toMatchObject({ code: 'upstream_overloaded' })
    expect(isAborted()).toBe(true)
  })

  test('an end before the first content is thrown too', async () => {
    expect(await scene({ respond: streaming(OPENING) }).failure).toMatchObject({ code: 'upstream_error' })
    expect(await scene({ respond: streaming() }).failure).toBeInstanceOf(GatewayError)
  })

  test('something that is no stream at all is thrown', async () => {
    const html = await scene({ respond: streaming('<html>bad gateway</html>') }).failure
    expect(html).toBeInstanceOf(GatewayError)
  })

  test('a megabyte of events without content is given up, and the upstream closed', async () => {
    const empty = `${OPENING}: ${'x'.repeat(100_000)}\n\n`
    const { failure, isAborted } = scene({ respond: streaming(...Array.from({ length: 12 }, () => empty)) })
    expect(await failure).toMatchObject({ code: 'upstream_invalid' })
    expect(isAborted()).toBe(true)
  })

  test('the first content may come when the first-token time has all but run out, and not later', async () => {
    const late = (ms: number) =>
      scene({
        respond: (_request, signal) =>
          new Promise((resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason))
            held.schedule(ms, () => resolve({ ...answer(200, ''), body: streamOf(chunk({ content: 'x' })) }))
          }),
      })
    const held = manualClock()
    const early = late(900)
    await held.advance(900)
    expect((await early.done).kind).toBe('stream')
    const never = late(5_000)
    await never.clock.advance(1_025)
    expect(await never.failure).toMatchObject({ code: 'upstream_timeout', facts: { phase: 'firstToken' } })
  })

  test('a client that begins to read late does not run the upstream into its idle time', async () => {
    const { done, clock } = scene({ respond: streaming(chunk({ content: 'x' }), chunk({}, 'stop')) })
    const served = await done
    await clock.advance(8_000)
    expect(await all(served)).toContain('stop')
  })

  test('the client going away closes the upstream, and is no failure of it', async () => {
    const hanging = (_: UpstreamRequest, signal: AbortSignal) =>
      new Promise<UpstreamResponse>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    const { client, failure, isAborted, clock } = scene({ respond: hanging })
    await clock.advance(1)
    client.abort()
    expect(await failure).toMatchObject({ code: 'client_closed' })
    expect(isAborted()).toBe(true)
  })

  test('nothing is sent for a client that has gone before', async () => {
    const { client, failure, sent, attempt } = scene({ respond: streaming(chunk({ content: 'x' })) })
    client.abort()
    expect(await failure).toMatchObject({ code: 'client_closed' })
    expect([sent.length, attempt.sent]).toEqual([0, false])
  })
})

describe('asking a target for a whole answer', () => {
  const WHOLE = { ...BODY, stream: false }

  test('gives the bytes of the upstream beside their meaning', async () => {
    const text =
      '{"id":"c", "choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}]}'
    const served = await scene({ body: WHOLE, respond: async () => answer(200, text) }).done
    expect(served).toMatchObject({ kind: 'whole', raw: text })
  })

  for (const [status, code] of [
    [401, 'upstream_auth'],
    [403, 'upstream_auth'],
    [429, 'upstream_rate_limited'],
    [500, 'upstream_error'],
    [529, 'upstream_overloaded'],
  ] as const) {
    test(`a status of ${status} is ${code}`, async () => {
      const { failure, attempt } = scene({
        body: WHOLE,
        respond: async () => answer(status, '{"error":{"message":"no"}}'),
      })
      expect(await failure).toMatchObject({ code })
      expect(attempt.status).toBe(status)
    })
  }

  for (const [name, text] of [
    ['HTML', '<html>'],
    ['truncated JSON', '{"choices":[{"message":{"content":"a private matter'],
    ['nothing', ''],
    ['a list', '[]'],
  ] as const) {
    test(`${name} instead of an answer is upstream_invalid, and what it said is not repeated to anybody`, async () => {
      const error = await scene({ body: WHOLE, respond: async () => answer(200, text) }).failure
      expect(error).toMatchObject({ code: 'upstream_invalid' })
      expect(error instanceof GatewayError && `${error.publicMessage} ${error.internalDetail}`).not.toContain('private')
    })
  }
})
