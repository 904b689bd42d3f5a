/**
 * The canonical form of a conversation with a model: what every dialect is decoded to and encoded from.
 * Conversations are made of blocks; every object keeps the fields we do not know in `rest`.
 */

/** Where a value stands in the JSON it was decoded from: `['messages', 2, 'content']`. */
export type Path = readonly (string | number)[]

/** Unknown fields of an object, as they came. They are written again only when the same dialect is encoded. */
export type Rest = Readonly<Record<string, unknown>>

/** The wire formats that are spoken. */
export type DialectName =
  | 'openai-chat'
  | 'openai-completions'
  | 'openai-responses'
  | 'openai-embeddings'
  | 'anthropic-messages'
  | 'gemini'
  | 'bedrock-converse'
  | 'cohere-chat'
  | 'sandbox'

/** A prompt-cache breakpoint set by the caller. `5m` where the caller named no duration. */
export interface CacheControl {
  readonly ttl: '5m' | '1h'
}

/** Where the bytes of an image, a sound or a file are. */
export type MediaSource =
  | { readonly kind: 'base64'; readonly mediaType: string; readonly content: string }
  | { readonly kind: 'url'; readonly url: string; readonly mediaType?: string }
  | { readonly kind: 'file-id'; readonly id: string }
  | { readonly kind: 'text'; readonly text: string; readonly mediaType: string }

/** A pointer from an answer's text to its source. */
export interface Citation {
  readonly kind: 'url' | 'document' | 'file' | 'other'
  readonly url?: string
  readonly title?: string
  readonly citedText?: string
  readonly start?: number
  readonly end?: number
  /** As it came: written again only in the same dialect. */
  readonly rest?: Rest
}

/**
 * The item of R's flat lists in which a block stood. Blocks with the same `index` stood in one item; `rest` is what the item
 * said besides them (`id`, `status`, `phase`), written again only in R.
 */
export interface ItemPlace {
  readonly index: number
  readonly rest?: Rest
}

interface BlockBase {
  /** Where the governed text of this block stands in the caller's own JSON; absent in answers. */
  readonly at?: Path
  readonly cacheControl?: CacheControl
  readonly item?: ItemPlace
  readonly rest?: Rest
}

/** Plain text, from anyone. */
export interface TextBlock extends BlockBase {
  readonly kind: 'text'
  readonly text: string
  readonly citations?: readonly Citation[]
  /** The model declined: CC `refusal`, R `refusal` parts. */
  readonly refusal?: boolean
  /** Gemini's opaque thought signature, to be replayed unmodified. */
  readonly signature?: string
}
/** A picture. */
export interface ImageBlock extends BlockBase {
  readonly kind: 'image'
  readonly source: MediaSource
  readonly detail?: 'auto' | 'low' | 'high'
}
/** A sound. `format` is the bare name: `wav`, `mp3`. */
export interface AudioBlock extends BlockBase {
  readonly kind: 'audio'
  readonly source: MediaSource
  readonly format?: string
}
/** A document: PDF, text. */
export interface FileBlock extends BlockBase {
  readonly kind: 'file'
  readonly source: MediaSource
  readonly name?: string
  readonly title?: string
  readonly context?: string
  readonly citationsEnabled?: boolean
  /** A document written as blocks (A); `source` is then their text, joined, and `at` is absent. A changed `source` outweighs them. */
  readonly parts?: readonly Block[]
}
/** What the model thought. Replayed unmodified and in order, or not at all. */
export interface ReasoningBlock extends BlockBase {
  readonly kind: 'reasoning'
  /** The thought (or its summary); empty when redacted. */
  readonly text: string
  /** A's `signature`, G's `thoughtSignature`. */
  readonly signature?: string
  /** A's `redacted_thinking.data`, R's `encrypted_content`. */
  readonly encrypted?: string
  /** R's reasoning item id. */
  readonly id?: string
  /** Which dialect the signature belongs to; it is replayed only there. */
  readonly origin?: DialectName
}
/** The model asks for a tool. `arguments` is JSON text, `"{}"` when there are none, never `""`. */
export interface ToolCallBlock extends BlockBase {
  readonly kind: 'tool-call'
  readonly id: string
  readonly name: string
  readonly arguments: string
  /** G's thought signature on a function call. */
  readonly signature?: string
  /** R's and CC's custom tools: `arguments` is then free text. */
  readonly custom?: boolean
}
/** What a tool answered. */
export interface ToolResultBlock extends BlockBase {
  readonly kind: 'tool-result'
  readonly callId: string
  /** The tool's name where the dialect says it (G) or an earlier call tells it. */
  readonly name?: string
  readonly content: readonly Block[]
  readonly isError?: boolean
}
/** Something only its own dialect can say (server tools, for one). Other dialects refuse it by name or declare it lost. */
export interface OpaqueBlock extends BlockBase {
  readonly kind: 'opaque'
  readonly dialect: DialectName
  readonly name: string
  readonly value: unknown
}

/** A piece of content. */
export type Block =
  | TextBlock
  | ImageBlock
  | AudioBlock
  | FileBlock
  | ReasoningBlock
  | ToolCallBlock
  | ToolResultBlock
  | OpaqueBlock

/** One turn. Tool results stand in turns of role `tool`. */
export interface Message {
  readonly role: 'system' | 'developer' | 'user' | 'assistant' | 'tool'
  readonly blocks: readonly Block[]
  readonly name?: string
  readonly rest?: Rest
}

/** A tool offered to the model. */
export type Tool =
  | {
      readonly kind: 'function'
      readonly name: string
      readonly description?: string
      /** JSON Schema of the arguments; absent for a tool without arguments. */
      readonly parameters?: unknown
      readonly strict?: boolean
      readonly cacheControl?: CacheControl
      /** Where the tool stands in the caller's JSON. */
      readonly at?: Path
      readonly rest?: Rest
    }
  | {
      /** Free-text custom tools (CC, R) and the vendors' server tools: only their own dialect knows them. */
      readonly kind: 'native'
      readonly dialect: DialectName
      readonly name: string
      readonly value: unknown
    }

/** Whether and which tool must be called. */
export type ToolChoice =
  | { readonly kind: 'auto' | 'none' | 'required' }
  | { readonly kind: 'named'; readonly name: string }
  | { readonly kind: 'allowed'; readonly names: readonly string[]; readonly required: boolean }

/** The form the answer must have. */
export type ResponseFormat =
  | { readonly kind: 'text' }
  | { readonly kind: 'json' }
  | {
      readonly kind: 'json-schema'
      readonly name: string
      readonly schema: unknown
      readonly strict?: boolean
      readonly description?: string
    }

/** How hard the model should think; each dialect says it in its own way. */
export interface ReasoningRequest {
  readonly effort?: 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max'
  readonly budgetTokens?: number
  readonly mode?: 'off' | 'on' | 'adaptive'
  /** The caller wants thoughts or their summary in the answer. */
  readonly include?: boolean
  readonly summary?: 'auto' | 'concise' | 'detailed'
}

/** What steers sampling. */
export interface Sampling {
  readonly temperature?: number
  readonly topP?: number
  readonly topK?: number
  readonly seed?: number
  readonly frequencyPenalty?: number
  readonly presencePenalty?: number
  readonly stop?: readonly string[]
  /** Answers asked for; 1 when absent. */
  readonly n?: number
  readonly logprobs?: boolean
  readonly topLogprobs?: number
  readonly logitBias?: Readonly<Record<string, number>>
}

/** A conversation sent to a model, whatever dialect it came in. */
export interface ChatCall {
  readonly kind: 'chat'
  readonly dialect: DialectName
  /** What the caller asked for: a Model document's name. */
  readonly model: string
  readonly messages: readonly Message[]
  readonly tools: readonly Tool[]
  readonly toolChoice?: ToolChoice
  readonly parallelToolCalls?: boolean
  readonly responseFormat?: ResponseFormat
  readonly reasoning?: ReasoningRequest
  readonly sampling: Sampling
  readonly maxOutputTokens?: number
  readonly stream: boolean
  /** CC `stream_options.include_usage`: the client wants the usage chunk. Always true where the dialect always says it. */
  readonly includeUsage: boolean
  /** The end user, as the caller names them. */
  readonly user?: string
  readonly metadata?: Readonly<Record<string, string>>
  readonly serviceTier?: string
  /** What answers of the dialect repeat of the request (R: `instructions`, `tools`, `text`, …), as it came. */
  readonly echo?: Rest
  readonly rest?: Rest
}

/** Why an answer ended. */
export type Finish =
  | 'stop'
  | 'stop-sequence'
  | 'length'
  | 'tool-calls'
  | 'content-filter'
  | 'refusal'
  | 'pause'
  | 'other'

/**
 * Tokens by kind. Totals include their parts: `inputTokens` includes cache reads and writes (and tool-use prompt
 * tokens), `outputTokens` includes reasoning. Values are cumulative for the answer: the newest replaces the older.
 */
export interface Usage {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cacheReadTokens?: number
  /** All cache writes, of either duration. */
  readonly cacheWriteTokens?: number
  /** Of those, the writes that live for an hour. */
  readonly cacheWrite1hTokens?: number
  readonly reasoningTokens?: number
  readonly audioInputTokens?: number
  readonly audioOutputTokens?: number
  readonly serverToolCalls?: number
  readonly serviceTier?: string
}

/** One of the answers (`n` > 1 gives several). */
export interface Choice {
  readonly index: number
  readonly blocks: readonly Block[]
  readonly finish: Finish
  readonly stopSequence?: string
  /** As the dialect had it; written again only there or where both know the same shape. */
  readonly logprobs?: unknown
}

/** A whole answer. */
export interface ChatAnswer {
  readonly kind: 'chat'
  readonly id: string
  /** The model that served, as the provider names it. */
  readonly model: string
  /** Epoch milliseconds. */
  readonly createdAt: number
  readonly choices: readonly Choice[]
  readonly usage?: Usage
  readonly serviceTier?: string
  readonly rest?: Rest
}

/** What opens in a stream; text it has to begin with comes as a first delta. */
export type BlockStart =
  | { readonly kind: 'text' }
  | { readonly kind: 'reasoning'; readonly id?: string; readonly origin?: DialectName }
  | { readonly kind: 'tool-call'; readonly id: string; readonly name: string; readonly custom?: boolean }
  | { readonly kind: 'opaque'; readonly block: OpaqueBlock }
  | { readonly kind: 'media'; readonly block: ImageBlock | AudioBlock | FileBlock }

/** What is added to an open block. */
export type BlockDelta =
  | { readonly kind: 'text'; readonly text: string; readonly refusal?: boolean }
  | { readonly kind: 'reasoning'; readonly text: string }
  | { readonly kind: 'signature'; readonly signature: string }
  | { readonly kind: 'encrypted'; readonly encrypted: string }
  | { readonly kind: 'arguments'; readonly json: string }
  | { readonly kind: 'citation'; readonly citation: Citation }
  | { readonly kind: 'logprobs'; readonly value: unknown }
  | { readonly kind: 'opaque'; readonly value: unknown }

/**
 * A streamed answer, piece by piece. `choice` is 0 unless `n` > 1; `block` counts the blocks of a choice from 0 in the
 * order in which they opened. Blocks may be open side by side (CC's parallel tool calls).
 */
export type AnswerEvent =
  | { readonly kind: 'start'; readonly id: string; readonly model: string; readonly createdAt?: number }
  | { readonly kind: 'block-start'; readonly choice: number; readonly block: number; readonly start: BlockStart }
  | { readonly kind: 'block-delta'; readonly choice: number; readonly block: number; readonly delta: BlockDelta }
  | { readonly kind: 'block-stop'; readonly choice: number; readonly block: number }
  | { readonly kind: 'finish'; readonly choice: number; readonly finish: Finish; readonly stopSequence?: string }
  | { readonly kind: 'usage'; readonly usage: Usage }
  | { readonly kind: 'ping' }

/** A list of texts (or token lists) to be embedded. */
export interface EmbedCall {
  readonly kind: 'embed'
  readonly dialect: DialectName
  readonly model: string
  readonly inputs: readonly EmbedInput[]
  readonly dimensions?: number
  /** How the vectors are written to the client. */
  readonly encoding: 'float' | 'base64'
  /** What the vectors are for: Gemini's and Cohere's task types, in lower case with hyphens. */
  readonly task?: string
  readonly user?: string
  readonly rest?: Rest
}
/** One thing to embed. */
export type EmbedInput =
  | { readonly kind: 'text'; readonly text: string; readonly at?: Path; readonly title?: string }
  | { readonly kind: 'tokens'; readonly tokens: readonly number[] }

/** The vectors, in the order of the inputs. */
export interface EmbedAnswer {
  readonly kind: 'embed'
  readonly model: string
  readonly vectors: readonly (readonly number[])[]
  readonly usage?: Usage
}
