import { type FakeUpstream, fakeUpstream } from '../e2e/fake-upstream.ts'
import { type Gateway, startGateway } from '../e2e/harness.ts'
import { anthropicFake } from '../e2e/wires/anthropic.ts'
import { geminiFake } from '../e2e/wires/gemini.ts'
import { openaiFake } from '../e2e/wires/openai.ts'
import type { WireFake } from '../e2e/wires/wire.ts'

/** A vendor's server, faked, as the gateway reaches it under the model `via-<name>`. */
export interface Side {
  readonly wire: WireFake
  readonly upstream: FakeUpstream
}

/** One gateway in front of three vendors' dialects and the sandbox (`via-sandbox`). */
export interface Setting {
  readonly gateway: Gateway
  readonly sides: readonly Side[]
  readonly side: (name: WireFake['name']) => Side
  readonly stop: () => Promise<void>
}

const modelVia = (name: string, model: string) => `kind: Model
metadata: {name: via-${name}}
spec: {targets: [{provider: ${name}, model: ${model}}], retry: {attempts: 1}}`

const embedderVia = (name: string, model: string) => `kind: Model
metadata: {name: embed-${name}}
spec: {targets: [{provider: ${name}, model: ${model}}]}`

const SANDBOX = `kind: Provider
metadata: {name: rehearsal}
spec: {type: sandbox}
---
kind: Model
metadata: {name: via-sandbox}
spec: {targets: [{provider: rehearsal, model: sandbox}], retry: {attempts: 1}}
---
kind: Model
metadata: {name: embed-sandbox}
spec: {targets: [{provider: rehearsal, model: sandbox}]}`

/** Starts a {@link Setting}. */
export async function startSetting(): Promise<Setting> {
  const sides: Side[] = []
  for (const wire of [openaiFake, anthropicFake, geminiFake]) sides.push({ wire, upstream: await fakeUpstream() })
  const documents = sides.flatMap(({ wire, upstream }) => [
    wire.provider(wire.name, upstream.url),
    modelVia(wire.name, wire.model),
  ])
  const embedders = [embedderVia('openai', 'text-embedding-3-small'), embedderVia('gemini', 'gemini-embedding-001')]
  const gateway = await startGateway({ documents: [SANDBOX, ...documents, ...embedders].join('\n---\n') })
  return {
    gateway,
    sides,
    side: (name) => {
      const found = sides.find(({ wire }) => wire.name === name)
      if (!found) throw new Error(`no side ${name}`)
      return found
    },
    stop: async () => {
      await gateway.stop()
      for (const { upstream } of sides) await upstream.stop()
    },
  }
}
