import type { Heard, Script } from '../fake-upstream.ts'

/** A call of a tool that a fake model makes. */
export interface SaidCall {
  readonly name: string
  readonly arguments: Readonly<Record<string, unknown>>
}

/** What a fake model says, in whatever dialect it speaks. */
export interface Saying {
  /** One piece of a stream each; a whole answer is all of them together. */
  readonly text?: readonly string[]
  readonly calls?: readonly SaidCall[]
  readonly thinking?: { readonly text: string; readonly signature: string }
  /** Default 11 and 7. */
  readonly tokens?: { readonly input: number; readonly output: number }
}

/** What an upstream was asked, in words that all dialects share. */
export interface Asked {
  readonly model: string
  readonly stream: boolean
  readonly system: string
  /** All text of the last turn of the user. */
  readonly user: string
  readonly tools: readonly string[]
  readonly calls: readonly SaidCall[]
  readonly results: readonly string[]
  /** Media type and base64 of every image. */
  readonly images: readonly string[]
  /** The JSON Schema the answer must follow. */
  readonly schema: unknown
  readonly maxTokens: unknown
}

/** One vendor's wire format, as the vendor's own server speaks it; written here apart from the product's own. */
export interface WireFake {
  readonly name: 'openai' | 'anthropic' | 'gemini'
  /** A model that the vendor has. */
  readonly model: string
  /** The Provider document of a fake at `url`. */
  readonly provider: (name: string, url: string) => string
  /** The header that carries the gateway's own credential, and its value. */
  readonly credential: readonly [string, string]
  /** Says it whole or streamed, as it was asked. */
  readonly say: (saying: Saying) => Script
  readonly whole: (saying: Saying) => object
  readonly events: (saying: Saying) => readonly string[]
  /** An error's body. */
  readonly refusal: (status: number, message: string) => object
  /** An error event inside a stream that began well. */
  readonly errorEvent: string
  readonly tooLong: Script
  readonly filtered: Script
  readonly asked: (heard: Heard) => Asked
}

/** The secret the gateway holds for every fake; no client may ever see it, and every upstream must. */
export const UPSTREAM_SECRET = 'upstream-secret-5f2a'

/** How many tokens a {@link Saying} took. */
export function tokensOf({ tokens }: Saying) {
  return tokens ?? { input: 11, output: 7 }
}

/** A text, or parts that bear some. */
export type Content = string | readonly { readonly text?: string }[] | null | undefined

/** All the text of a content. */
export function textOf(content: Content): string {
  return typeof content === 'string' ? content : (content ?? []).map((part) => part.text ?? '').join('')
}
