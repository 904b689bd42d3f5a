import { describe, expect, test } from 'bun:test'
import type { Transport } from '../../models/providers/index.ts'
import { gateBench } from '../testing.ts'

describe('a member that is named twice deep inside the body', () => {
  const body = '{"model":"assistant","messages":[{"role":"user","content":"hush","content":"hello"}]}'
  const documents = `---
kind: Guardrail
metadata: {name: quiet}
spec: {appliesTo: [org], checks: [{detector: words, action: block, words: [hush]}]}
`
  test('is refused where guardrails look, because the upstream might read the other one', async () => {
    const asked: string[] = []
    const transport: Transport = async ({ body: sent }) => {
      asked.push(String(sent))
      throw new Error('not reached')
    }
    const gate = gateBench({ documents, transport })
    const answer = await gate.ask({ body })
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('content')
    expect(asked).toEqual([])
    expect(gate.records[0]).toMatchObject({ outcome: 'rejected', cost: 0 })
  })
})
