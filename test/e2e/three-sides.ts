import { type FakeUpstream, fakeUpstream } from './fake-upstream.ts'
import { type Gateway, type GatewayOptions, startGateway } from './harness.ts'
import { anthropicFake } from './wires/anthropic.ts'
import { geminiFake } from './wires/gemini.ts'
import { openaiFake } from './wires/openai.ts'
import type { WireFake } from './wires/wire.ts'

/** A vendor's server, faked; the gateway reaches it under the provider and the model of the vendor's name. */
export interface Side {
  readonly wire: WireFake
  readonly upstream: FakeUpstream
}

/** A gateway in front of three vendors. */
export interface ThreeSides {
  readonly gateway: Gateway
  readonly sides: readonly Side[]
  readonly stop: () => Promise<void>
}

/** Starts a gateway in front of three vendors' fakes. `model` is added to the spec of each of their models. */
export async function threeSides(model: string, more: Partial<GatewayOptions> = {}): Promise<ThreeSides> {
  const sides: Side[] = []
  for (const wire of [openaiFake, anthropicFake, geminiFake]) sides.push({ wire, upstream: await fakeUpstream() })
  const documents = sides.map(({ wire, upstream }) =>
    [
      wire.provider(wire.name, upstream.url),
      `kind: Model
metadata: {name: ${wire.name}}
spec: {targets: [{provider: ${wire.name}, model: ${wire.model}}], ${model}}`,
    ].join('\n---\n'),
  )
  const given = more.documents === undefined ? [] : [more.documents]
  const gateway = await startGateway({ ...more, documents: [...documents, ...given].join('\n---\n') })
  const stop = async () => {
    await gateway.stop()
    for (const { upstream } of sides) await upstream.stop()
  }
  return { gateway, sides, stop }
}
