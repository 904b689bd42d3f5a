import { describe, expect, test } from 'bun:test'
import { routerOf } from './router.ts'
import { SURFACES } from './surfaces/index.ts'

const route = routerOf(SURFACES)

describe('the router', () => {
  for (const [method, path, surface, params] of [
    ['POST', '/v1/chat/completions', 'openai-chat', {}],
    ['POST', '/v1/messages', 'anthropic-messages', {}],
    ['POST', '/anthropic/v1/messages', 'anthropic-messages', {}],
    ['POST', '/v1/messages/count_tokens', 'anthropic-messages', {}],
    ['POST', '/v1/embeddings', 'openai-embeddings', {}],
    ['GET', '/v1/models', 'models-list', {}],
    ['GET', '/v1/models/team/assistant', 'models-list', { model: 'team/assistant' }],
    ['GET', '/v1/models/a%2Fb%20c', 'models-list', { model: 'a/b c' }],
    ['POST', '/v1beta/models/assistant:generateContent', 'gemini', { model: 'assistant' }],
    ['POST', '/v1beta/models/team/a:b:streamGenerateContent', 'gemini', { model: 'team/a:b' }],
    ['GET', '/v1beta/models/assistant', 'models-list', { model: 'assistant' }],
  ] as const) {
    test(`${method} ${path} leads to ${surface}`, () => {
      expect(route(method, path)).toMatchObject({ kind: 'found', surface: { name: surface }, params })
    })
  }

  test('an address that is there for another method says for which', () => {
    expect(route('GET', '/v1/chat/completions')).toMatchObject({ kind: 'wrong-method', allowed: ['POST'] })
    expect(route('DELETE', '/v1/models')).toMatchObject({ kind: 'wrong-method', allowed: ['GET'] })
  })

  test('an unknown address answers in the shape of the surface whose prefix is the longest', () => {
    const owner = (path: string) => {
      const routed = route('POST', path)
      return routed.kind === 'unknown' ? routed.surface?.name : routed.kind
    }
    expect(owner('/v1/nothing')).toBe('openai-chat')
    expect(owner('/v1/messages/nothing')).toBe('anthropic-messages')
    expect(owner('/v1beta/nothing')).toBe('gemini')
    expect(owner('/elsewhere')).toBeUndefined()
  })

  test('an address is taken whole: nothing before, nothing behind', () => {
    for (const path of [
      '/v1/chat/completions/',
      '/x/v1/chat/completions',
      '/V1/chat/completions',
      '/v1/chat/completionsx',
    ]) {
      expect(route('POST', path).kind).toBe('unknown')
    }
  })

  test('an escape that is none, or a name beyond the bound, is no crash', () => {
    expect(route('GET', '/v1/models/%E0%A4%A')).toMatchObject({ kind: 'found', params: { model: '%E0%A4%A' } })
    expect(route('GET', `/v1/models/${'a'.repeat(600)}`).kind).toBe('unknown')
  })
})
