import { describe, expect, test } from 'bun:test'
import { patchJson } from '../../lib/json.ts'
import { openaiChat } from '../dialects/index.ts'
import { openrouterProvider } from './openrouter.ts'

const compatibility = openrouterProvider.traits?.('x/y')?.compatibility

function passed(text: string) {
  const warnings: string[] = []
  const context = {
    target: { model: 'x/y', compatibility },
    strict: false,
    warn: (said: string) => warnings.push(said),
  }
  const call = openaiChat.decodeCall(JSON.parse(text))
  return { body: JSON.parse(patchJson(text, openaiChat.passEdits?.(text, call, context) ?? [])), warnings }
}

describe('a body that passes to OpenRouter', () => {
  test('loses what would choose another model or host, however it is written, and says so', () => {
    const text = `{"model":"m","messages":[{"role":"user","content":"Hi"}],"m\\u006fdels":["a/b"],"route":"fallback","provider":{"order":["z"]},"plugins":[{"id":"web"}]}`
    const { body, warnings } = passed(text)
    expect(Object.keys(body).sort()).toEqual(['messages', 'model'])
    expect(warnings).toEqual(['dropped: models', 'dropped: route', 'dropped: provider', 'dropped: plugins'])
  })
})
