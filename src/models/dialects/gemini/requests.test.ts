import { describe, expect, test } from 'bun:test'
import { GatewayError } from '../../../lib/errors.ts'
import type { EncodeContext, JsonObject } from '../dialect.ts'
import { decodeCount, decodeCountAnswer, encodeCount, encodeCountAnswer, gemini, geminiEmbeddings } from './index.ts'

const context: EncodeContext = { target: { model: 'gemini-embedding-001' }, strict: true, warn: () => {} }
const paramOf = (run: () => unknown) => {
  try {
    run()
  } catch (cause) {
    return cause instanceof GatewayError && cause.code === 'invalid_request' ? cause.param : cause
  }
  return undefined
}

describe('calls', () => {
  test('what is malformed is refused with the place at fault', () => {
    const contents = [{ parts: [{ text: 'x' }] }]
    const bad: readonly [JsonObject, string][] = [
      [{}, 'contents'],
      [{ contents: 'x' }, 'contents'],
      [{ contents: [1] }, 'contents.0'],
      [{ contents: [{ role: 'system', parts: [] }] }, 'contents.0.role'],
      [{ contents: [{ parts: [{ text: 1 }] }] }, 'contents.0.parts.0.text'],
      [{ contents: [{ parts: [{ function_call: { args: {} } }] }] }, 'contents.0.parts.0.function_call.name'],
      [{ contents: [{ parts: [{ inlineData: { mimeType: 'image/png' } }] }] }, 'contents.0.parts.0.inlineData.data'],
      [{ contents, generation_config: { top_p: 'a' } }, 'generation_config.top_p'],
      [{ contents, generationConfig: { stopSequences: [1] } }, 'generationConfig.stopSequences'],
      [{ contents, tools: [{ functionDeclarations: [{}] }] }, 'tools.0.functionDeclarations.0.name'],
      [{ contents, toolConfig: { functionCallingConfig: { mode: 'SOME' } } }, 'toolConfig.functionCallingConfig.mode'],
    ]
    for (const [body, param] of bad) expect(paramOf(() => gemini.decodeCall(body))).toBe(param)
  })

  test('responses without ids answer the oldest unanswered call of their name', () => {
    const call = (name: string) => ({ functionCall: { name, args: {} } })
    const response = (name: string) => ({ functionResponse: { name, response: { output: name } } })
    const body = {
      contents: [
        { role: 'model', parts: [call('a'), call('b'), call('a')] },
        { parts: [response('a'), response('a'), response('b')] },
      ],
    }
    const [asked, answered] = gemini.decodeCall(body).messages
    const ids = asked?.blocks.map((block) => (block.kind === 'tool-call' ? block.id : ''))
    expect(new Set(ids).size).toBe(3)
    expect(answered?.role).toBe('tool')
    expect(answered?.blocks.map((block) => (block.kind === 'tool-result' ? block.callId : ''))).toEqual([
      ids?.[0] ?? '',
      ids?.[2] ?? '',
      ids?.[1] ?? '',
    ])
  })

  test('VALIDATED and what only Gemini knows come back to Gemini as they were', () => {
    const body = {
      contents: [{ role: 'user', parts: [{ text: 'x' }] }],
      tools: [{ functionDeclarations: [{ name: 'a' }, { name: 'b' }] }],
      toolConfig: { functionCallingConfig: { mode: 'VALIDATED', allowedFunctionNames: ['a'] } },
      generationConfig: {
        thinkingConfig: { thinkingLevel: 'low' },
        responseMimeType: 'text/x.enum',
        responseSchema: { type: 'STRING', enum: ['a'] },
      },
    }
    const call = gemini.decodeCall(body)
    expect(call.toolChoice).toEqual({ kind: 'allowed', names: ['a'], required: false })
    expect(gemini.encodeCall(call, { ...context, target: { model: 'gemini-3-pro-preview' } }).body).toEqual(body)
  })

  test('a tool result that is itself JSON, in any wrapping, is written as it came', () => {
    for (const response of [
      { output: '{"a":1}' },
      { a: 1 },
      { output: 'x' },
      { output: { b: 2 } },
      { error: 'x' },
      { error: { c: 3 } },
      { output: 'x', error: 'y' },
      {},
    ]) {
      const body = { contents: [{ role: 'user', parts: [{ functionResponse: { name: 'f', response } }] }] }
      expect(gemini.encodeCall(gemini.decodeCall(body), context).body).toEqual(body)
    }
  })
})

describe('places', () => {
  test('only strings of the caller have one: arguments and results that are objects must be written anew to be changed', () => {
    const body: JsonObject = {
      contents: [
        { role: 'model', parts: [{ text: 'a' }, { functionCall: { name: 'f', args: { x: 'secret' } } }] },
        {
          parts: [
            { function_response: { name: 'f', response: { output: 'b' } } },
            { functionResponse: { name: 'f', response: { c: 1 } } },
          ],
        },
      ],
    }
    const blocks = gemini.decodeCall(body).messages.flatMap((message) => message.blocks)
    const places = blocks
      .flatMap((block) => (block.kind === 'tool-result' ? block.content : [block]))
      .map((block) => block.at?.join('.'))
    expect(places).toEqual([
      'contents.0.parts.0.text',
      undefined,
      'contents.1.parts.0.function_response.response.output',
      undefined,
    ])
  })
})

describe('countTokens', () => {
  test('contents alone and a whole request are both read, and Google is asked with the whole', () => {
    const contents = [{ role: 'user', parts: [{ text: 'x' }] }]
    expect(decodeCount({ model: 'm', contents }).model).toBe('m')
    const call = decodeCount({
      model: 'm',
      generateContentRequest: { model: 'models/other', contents, systemInstruction: 'S' },
    })
    expect([call.model, call.messages.length]).toEqual(['m', 2])
    expect(encodeCount(call, context).body).toEqual({
      generateContentRequest: {
        model: 'models/gemini-embedding-001',
        contents,
        systemInstruction: { parts: [{ text: 'S' }] },
      },
    })
    expect(decodeCountAnswer({ totalTokens: 3 })).toBe(3)
    expect(encodeCountAnswer(3)).toEqual({ totalTokens: 3 })
  })
})

describe('embeddings', () => {
  const one = { model: 'e', content: { parts: [{ text: 'a' }] }, taskType: 'RETRIEVAL_QUERY', outputDimensionality: 2 }
  const answer = {
    kind: 'embed',
    model: 'e',
    vectors: [
      [1, 2],
      [3, 4],
    ],
    usage: { inputTokens: 4, outputTokens: 0 },
  } as const

  test('embedContent is read, asked as a batch of one and answered with one embedding', () => {
    const call = geminiEmbeddings.decodeCall(one)
    expect(call).toEqual({
      kind: 'embed',
      dialect: 'gemini',
      model: 'e',
      dimensions: 2,
      encoding: 'float',
      task: 'retrieval-query',
      inputs: [{ kind: 'text', text: 'a', at: ['content', 'parts', 0, 'text'] }],
    })
    expect(geminiEmbeddings.encodeCall(call, context).body).toEqual({
      requests: [
        {
          model: 'models/gemini-embedding-001',
          content: { parts: [{ text: 'a' }] },
          taskType: 'RETRIEVAL_QUERY',
          outputDimensionality: 2,
        },
      ],
    })
    expect(geminiEmbeddings.encodeAnswer(answer, call)).toEqual({
      embedding: { values: [1, 2] },
      usageMetadata: { promptTokenCount: 4 },
    })
  })

  test('a batch keeps its order; one that differs in task is refused, because the answer must be one', () => {
    const call = geminiEmbeddings.decodeCall({
      model: 'e',
      requests: [one, { ...one, content: { parts: [{ text: 'b' }] } }],
    })
    expect(call.inputs.map((input) => (input.kind === 'text' ? input.text : ''))).toEqual(['a', 'b'])
    expect(geminiEmbeddings.encodeAnswer(answer, call)['embeddings']).toEqual([{ values: [1, 2] }, { values: [3, 4] }])
    expect(paramOf(() => geminiEmbeddings.decodeCall({ requests: [one, { ...one, taskType: 'CLUSTERING' }] }))).toBe(
      'requests.1.taskType',
    )
  })

  test('both answer shapes are read; token lists and unknown shapes are refused', () => {
    expect(geminiEmbeddings.decodeAnswer({ embeddings: [{ values: [1] }] }).vectors).toEqual([[1]])
    expect(geminiEmbeddings.decodeAnswer({ embedding: { values: [2] } }).vectors).toEqual([[2]])
    expect(() => geminiEmbeddings.decodeAnswer({ data: [] })).toThrow('upstream_invalid')
    const tokens = {
      kind: 'embed',
      dialect: 'openai-embeddings',
      model: 'e',
      encoding: 'float',
      inputs: [{ kind: 'tokens', tokens: [1] }],
    } as const
    expect(() => geminiEmbeddings.encodeCall(tokens, context)).toThrow('unsupported_content')
  })
})
