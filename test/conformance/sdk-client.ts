import { z } from 'zod'
import type { SaidCall } from '../e2e/wires/wire.ts'

/** What an SDK gave its user. */
export interface SdkAnswer {
  readonly text: string
  readonly calls: readonly (SaidCall & { readonly id: string })[]
  /** Input and output tokens. */
  readonly usage: readonly [number, number]
  /** How many pieces of text came, where it streamed. */
  readonly pieces: number
}

/** What an SDK says of a failure. */
export interface SdkFailure {
  readonly status: number | undefined
  readonly message: string
}

/** What is asked, in words that all SDKs share. */
export interface Wish {
  readonly model: string
  readonly prompt: string
  readonly system?: string
  /** A PNG as base64. */
  readonly image?: string
  /** Offers {@link TOOLS}. */
  readonly tools?: boolean
  /** An earlier turn: the calls that the model made, with what they gave. */
  readonly called?: readonly (SaidCall & { readonly id: string; readonly result: string })[]
  /** The key; the tester's when absent. */
  readonly key?: string
  readonly signal?: AbortSignal
}

/** One vendor's SDK behind one face. */
export interface SdkClient {
  readonly name: string
  readonly ask: (wish: Wish) => Promise<SdkAnswer>
  /** Asks for a stream; `onText` is called for every piece. */
  readonly stream: (wish: Wish, onText?: (text: string) => void) => Promise<SdkAnswer>
  /** Asks for {@link WEATHER} in the SDK's own way, and gives what it parsed. */
  readonly structured: (wish: Wish) => Promise<unknown>
  /** The SDK asks for structured answers by a tool of this name, which it makes up itself. */
  readonly structuredTool?: string
  readonly failure: (cause: unknown) => SdkFailure
}

/** A structured answer. */
export const WEATHER = z.object({ city: z.string(), celsius: z.number(), sunny: z.boolean() })

/** Two tools, each with one argument. */
export const TOOLS = [
  { name: 'weather', description: 'The weather of a city', argument: 'city' },
  { name: 'time', description: 'The time in a zone', argument: 'zone' },
] as const

/** The JSON Schema of a tool's arguments. */
export function toolSchema(argument: string) {
  return { type: 'object', properties: { [argument]: { type: 'string' } }, required: [argument] } as const
}

/** Headers that a client or a proxy before the gateway may send, none of which is a provider's business. */
export const CLIENT_HEADERS = {
  cookie: 'session=client-cookie',
  'x-forwarded-for': '203.0.113.9',
  'proxy-authorization': 'Basic Y2xpZW50',
  te: 'trailers',
  'x-client-secret': 'client-secret',
} as const

/** The smallest PNG there is: one pixel. */
export const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
