import { describe, expect, test } from 'bun:test'
import type { Transport } from '../models/providers/index.ts'
import { type GateBench, gateBench } from './testing.ts'

const ENCODER = new TextEncoder()
const GUARDRAIL = `---
kind: Guardrail
metadata: {name: names-for-people}
spec:
  appliesTo: [org]
  checks:
    - {detector: pii, entities: [EMAIL, IBAN], action: mask, reversible: true, timeout: 30s}
`
const EMAIL = 'anna.schmidt@example.org'
const IBAN = 'DE89370400440532013000'
const BODY = {
  model: 'assistant',
  messages: [{ role: 'user', content: `Write to ${EMAIL} about ${IBAN}, and again to ${EMAIL}.` }],
}

/** An upstream that gives what it is made of, and remembers what it was asked. */
function upstream(answer: () => string | readonly string[]) {
  const asked: string[] = []
  const transport: Transport = async (request) => {
    asked.push(typeof request.body === 'string' ? request.body : new TextDecoder().decode(request.body as Uint8Array))
    const said = answer()
    const pieces = typeof said === 'string' ? [said] : said
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        for (const piece of pieces) controller.enqueue(ENCODER.encode(piece))
        controller.close()
      },
    })
    const headers = new Headers({ 'content-type': 'application/json' })
    return { status: 200, headers, body, text: async () => pieces.join('') }
  }
  return { asked, transport }
}

const whole = (message: object) =>
  JSON.stringify({
    id: 'c1',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  })
const event = (data: unknown) => `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`
const chunk = (delta: object, finish: string | null = null) =>
  event({ id: 'c1', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })

async function streamedDeltas(bench: GateBench, headers: Readonly<Record<string, string>> = {}) {
  const response = await bench.ask({ body: { ...BODY, stream: true }, headers })
  const text = await response.text()
  return [...text.matchAll(/^data: (\{.*\})$/gm)].map(([, json = '']) => JSON.parse(json).choices[0]?.delta ?? {})
}

describe('what is masked reversibly', () => {
  test('never reaches the upstream, and the client never sees the name', async () => {
    const { asked, transport } = upstream(() =>
      whole({ content: 'Mail to <EMAIL_1> on <IBAN_1> sent, not to <EMAIL_9>.' }),
    )
    const bench = gateBench({ transport, documents: GUARDRAIL })
    const answer = await (await bench.ask({ body: BODY })).json()
    expect(asked[0]).toContain('Write to <EMAIL_1> about <IBAN_1>, and again to <EMAIL_1>.')
    expect(asked[0]).not.toContain(EMAIL)
    expect(answer.choices[0].message.content).toBe(`Mail to ${EMAIL} on ${IBAN} sent, not to <EMAIL_9>.`)
    expect(bench.records[0]?.verdicts[0]).toMatchObject({ action: 'mask', findings: 3, phase: 'input' })
  })

  test('comes back in a stream, however the name is cut', async () => {
    const said = 'Mail to <EMAIL_1> on <IBAN_1> sent; a < b && c > d.'
    for (let size = 1; size <= said.length; size++) {
      const pieces: string[] = []
      for (let at = 0; at < said.length; at += size) pieces.push(chunk({ content: said.slice(at, at + size) }))
      const { transport } = upstream(() => [...pieces, chunk({}, 'stop'), event('[DONE]')])
      const deltas = await streamedDeltas(gateBench({ transport, documents: GUARDRAIL }))
      const text = deltas.map(({ content = '' }) => content).join('')
      expect(text).toBe(`Mail to ${EMAIL} on ${IBAN} sent; a < b && c > d.`)
    }
  })

  test.each([
    ['as it is', '{"to":"<EMAIL_1>","text":"for <IBAN_1>"}'],
    ['with escaped brackets', '{"to":"\\u003cEMAIL_1\\u003e","text":"for \\u003CIBAN_1\\u003E"}'],
  ])("comes back in a tool's arguments, streamed and not: %s", async (_name, args) => {
    const expected = { to: EMAIL, text: `for ${IBAN}` }
    const call = { id: 't1', type: 'function', function: { name: 'send', arguments: args } }
    const once = upstream(() => whole({ content: null, tool_calls: [call] }))
    const answer = await (
      await gateBench({ transport: once.transport, documents: GUARDRAIL }).ask({ body: BODY })
    ).json()
    expect(JSON.parse(answer.choices[0].message.tool_calls[0].function.arguments)).toEqual(expected)
    for (const size of [1, 2, 3, 5, 8]) {
      const pieces = [chunk({ tool_calls: [{ index: 0, ...call, function: { name: 'send', arguments: '' } }] })]
      for (let at = 0; at < args.length; at += size) {
        pieces.push(chunk({ tool_calls: [{ index: 0, function: { arguments: args.slice(at, at + size) } }] }))
      }
      const { transport } = upstream(() => [...pieces, chunk({}, 'tool_calls'), event('[DONE]')])
      const deltas = await streamedDeltas(gateBench({ transport, documents: GUARDRAIL }))
      const joined = deltas.map(({ tool_calls }) => tool_calls?.[0]?.function?.arguments ?? '').join('')
      expect(JSON.parse(joined)).toEqual(expected)
    }
  })

  test('keeps its names through a session, and no other session knows them', async () => {
    const { asked, transport } = upstream(() => whole({ content: 'Ask <EMAIL_1> and <EMAIL_2>.' }))
    const bench = gateBench({ transport, documents: GUARDRAIL })
    const ask = async (content: string, session: string) => {
      const body = { model: 'assistant', messages: [{ role: 'user', content }] }
      const answer = await (await bench.ask({ body, headers: { 'x-gatehouse-session': session } })).json()
      return answer.choices[0].message.content
    }
    expect(await ask('I am one@example.org', 's1')).toBe('Ask one@example.org and <EMAIL_2>.')
    expect(await ask('and two@example.org', 's1')).toBe('Ask one@example.org and two@example.org.')
    expect(asked[1]).toContain('and <EMAIL_2>')
    expect(await ask('I am six@example.org', 's2')).toBe('Ask six@example.org and <EMAIL_2>.')
  })

  test('a name that the caller writes is given to nothing else', async () => {
    const { asked, transport } = upstream(() => whole({ content: 'It is <EMAIL_1>, and <EMAIL_2>.' }))
    const bench = gateBench({ transport, documents: GUARDRAIL })
    const body = {
      model: 'assistant',
      messages: [{ role: 'user', content: `What does <EMAIL_1> mean? Not ${EMAIL}.` }],
    }
    const answer = await (await bench.ask({ body })).json()
    expect(asked[0]).toContain('What does <EMAIL_1> mean? Not <EMAIL_2>.')
    expect(answer.choices[0].message.content).toBe(`It is <EMAIL_1>, and ${EMAIL}.`)
  })
})
