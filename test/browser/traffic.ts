import type { Gateway } from '../e2e/harness.ts'
import { mintKey } from '../e2e/harness.ts'

const portal = mintKey('claims-portal')
const batch = mintKey('night-batch')

/** An organisation with something to see, made of the sandbox alone. */
export const SCREEN_DOCUMENTS = `kind: Provider
metadata: {name: rehearsal}
spec: {type: sandbox}
---
kind: Pricing
metadata: {name: rehearsal}
spec: {provider: rehearsal, models: {'*': {input: 3 USD, output: 15 USD}}}
---
kind: Model
metadata: {name: assistant}
spec: {targets: [{provider: rehearsal, model: sandbox-large}], fallback: {to: [small]}}
---
kind: Model
metadata: {name: small}
spec: {targets: [{provider: rehearsal, model: sandbox-small}]}
---
kind: Team
metadata: {name: claims}
spec: {}
---
kind: Team
metadata: {name: underwriting}
spec: {}
---
${portal.documents.replace('spec: {}', 'spec: {team: claims}')}
---
${batch.documents.replace('spec: {}', 'spec: {team: underwriting}')}
---
kind: Grant
metadata: {name: everybody-may}
spec: {to: ['user:owner@example.com', 'app:claims-portal', 'app:night-batch'], effect: allow, actions: [use], on: ['model:*']}
---
kind: Budget
metadata: {name: claims-month}
spec: {appliesTo: ['team:claims'], amount: 0.02 USD, period: month, atLimit: alert}
---
kind: Guardrail
metadata: {name: no-project-names}
spec: {appliesTo: [org], phases: [input], checks: [{detector: words, words: [nightingale], action: block, message: The project has no name outside.}]}
---
kind: Guardrail
metadata: {name: no-secrets}
spec: {appliesTo: [org], mode: monitor, checks: [{detector: secrets, action: mask}]}`

const QUESTIONS = [
  'Summarise the claim about the broken window',
  'What does clause 7 say? sandbox:words=120',
  'Draft a letter to the policy holder sandbox:words=260',
  'Ask about nightingale',
  'sandbox:fail=503 please',
]
const ROUNDS = 8

/** Lets two apps ask this and that. */
export async function traffic(gateway: Gateway): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, content] of QUESTIONS.entries()) {
      const key = (round + index) % 3 === 0 ? batch.key : portal.key
      const body = { model: index % 2 === 0 ? 'assistant' : 'small', messages: [{ role: 'user', content }] }
      await (await gateway.post('/v1/chat/completions', body, { key })).text()
    }
  }
}
