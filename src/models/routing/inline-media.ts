import { GatewayError } from '../../lib/errors.ts'
import { readAll } from '../../lib/stream.ts'
import {
  type Block,
  type ChatCall,
  type DialectName,
  fetchedMedia,
  type InlineMedia,
  type TargetTraits,
} from '../dialects/index.ts'
import type { Upstream } from './upstream.ts'

/** Media fetched for one operation, by kind and URL: another attempt does not fetch them again. */
export type MediaMemo = Map<string, InlineMedia>

/** What fetching media needs. */
export interface MediaReach {
  readonly upstream: Upstream
  readonly signal: AbortSignal
  readonly memo: MediaMemo
}

const MAX_MEDIA = 8
const MAX_BYTES = 20 * 1_048_576
const WITHIN_MS = 10_000

type MediaBlock = Extract<Block, { readonly kind: 'image' | 'audio' | 'file' }>
type MediaKind = MediaBlock['kind']
type ByUrl = MediaBlock & { readonly source: { readonly kind: 'url' } }

/** What a dialect can hand on by its address when a call of another dialect is encoded in it. */
const BY_URL: Partial<Record<DialectName, readonly MediaKind[]>> = {
  'openai-chat': ['image'],
  'openai-responses': ['image', 'file'],
  'anthropic-messages': ['image', 'file'],
  'cohere-chat': ['image'],
}
const NONE: readonly MediaKind[] = []
const ALL: readonly MediaKind[] = ['image', 'audio', 'file']

/**
 * The kinds of media that a target can take by their address. In its own dialect a call says what it says: all, unless
 * the target opens no addresses.
 */
export function kindsByUrl(own: DialectName, spoken: DialectName, traits: TargetTraits): readonly MediaKind[] {
  if (traits.fetchesUrls === false) return NONE
  return own === spoken ? ALL : (BY_URL[spoken] ?? NONE)
}

/**
 * The call with media that stand at https addresses fetched and put in, but for the kinds that may stay. The call itself
 * when there are none. Only public addresses are fetched, at most 8, of 20 MiB each, within ten seconds, without following
 * redirects. Throws `invalid_request` for what cannot be fetched, `unsupported_content` for what is no picture, sound or
 * document.
 */
export async function withInlineMedia(
  call: ChatCall,
  staying: readonly MediaKind[],
  reach: MediaReach,
): Promise<ChatCall> {
  if (staying === ALL) return call
  const wanted = new Map<string, ByUrl>()
  for (const { blocks } of call.messages) collect(blocks, staying, wanted)
  if (wanted.size === 0) return call
  if (wanted.size > MAX_MEDIA) {
    throw refused(`The chosen model cannot open addresses, and the gateway fetches at most ${MAX_MEDIA} for a call.`)
  }
  await Promise.all(
    [...wanted].map(async ([key, block]) => {
      if (!reach.memo.has(key)) reach.memo.set(key, await fetched(block, reach))
    }),
  )
  const messages = call.messages.map((message) => ({ ...message, blocks: replaced(message.blocks, reach.memo) }))
  return { ...call, messages }
}

function collect(blocks: readonly Block[], staying: readonly MediaKind[], wanted: Map<string, ByUrl>): void {
  for (const block of blocks) {
    if (block.kind === 'tool-result') collect(block.content, staying, wanted)
    else if (isByUrl(block) && !staying.includes(block.kind)) wanted.set(keyOf(block), block)
  }
}

function replaced(blocks: readonly Block[], memo: MediaMemo): readonly Block[] {
  return blocks.map((block): Block => {
    if (block.kind === 'tool-result') return { ...block, content: replaced(block.content, memo) }
    if (!isByUrl(block)) return block
    const source = memo.get(keyOf(block))
    return source === undefined ? block : { ...block, source }
  })
}

/** Addresses of other schemes (`gs:`, `s3:`) are the target's own business. */
function isByUrl(block: Block): block is ByUrl {
  const isMedia = block.kind === 'image' || block.kind === 'audio' || block.kind === 'file'
  return isMedia && block.source.kind === 'url' && /^https?:/i.test(block.source.url)
}

function keyOf({ kind, source }: ByUrl): string {
  return `${kind} ${source.url}`
}

async function fetched(block: ByUrl, reach: MediaReach): Promise<InlineMedia> {
  const url = URL.parse(block.source.url)
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '') {
    throw refused(`An address of ${nounOf(block.kind)} must begin with https:// and carry no password.`)
  }
  const { content, contentType } = await load(url, block.kind, reach)
  const media = fetchedMedia(block.kind, content, { contentType, path: url.pathname })
  if (media) return media
  throw new GatewayError('unsupported_content', { message: `What ${url.host} gave is not ${nounOf(block.kind)}.` })
}

interface Loaded {
  /** Base64. */
  readonly content: string
  readonly contentType: string
}

async function load(url: URL, kind: MediaKind, { upstream, signal }: MediaReach): Promise<Loaded> {
  const controller = new AbortController()
  const abort = () => controller.abort(signal.reason)
  const late = new GatewayError('upstream_timeout')
  const timer = upstream.clock.schedule(WITHIN_MS, () => controller.abort(late))
  signal.addEventListener('abort', abort, { once: true })
  try {
    signal.throwIfAborted()
    const request = { method: 'GET', url: url.href, headers: { accept: '*/*' }, body: '', network: 'public' } as const
    const response = await upstream.transport(request, controller.signal)
    if (response.status !== 200) {
      await response.body?.cancel()
      throw refused(`${sentence(kind)} could not be fetched: ${url.host} answered ${response.status}.`)
    }
    const tooLarge = () => refused(`${sentence(kind)} at ${url.host} is larger than 20 MiB.`)
    const bytes = await readAll(response.body, { maxBytes: MAX_BYTES, signal: controller.signal, tooLarge })
    const contentType = response.headers.get('content-type') ?? ''
    return { content: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'), contentType }
  } catch (cause) {
    if (signal.aborted) throw cause
    throw told(cause, url, kind)
  } finally {
    timer.cancel()
    signal.removeEventListener('abort', abort)
  }
}

/** The caller's address is at fault, not the model's provider: nothing is retried. */
function told(cause: unknown, { host }: URL, kind: MediaKind): GatewayError {
  const code = cause instanceof GatewayError ? cause.code : 'internal'
  if (cause instanceof GatewayError && code === 'invalid_request') return cause
  const why: Partial<Record<typeof code, string>> = {
    access_denied: `${host} is not a public address.`,
    upstream_timeout: `${host} did not answer in time.`,
    upstream_invalid: `${host} did not give it at once: redirects are not followed.`,
  }
  return new GatewayError('invalid_request', {
    message: `${sentence(kind)} could not be fetched: ${why[code] ?? `${host} could not be reached.`}`,
    param: 'messages',
    internalDetail: cause instanceof Error ? cause.message : String(cause),
    cause,
  })
}

function nounOf(kind: MediaKind): string {
  return kind === 'image' ? 'a picture' : kind === 'audio' ? 'a sound' : 'a document'
}

/** The same at the beginning of a sentence. */
function sentence(kind: MediaKind): string {
  return nounOf(kind).replace('a', 'A')
}

function refused(message: string): GatewayError {
  return new GatewayError('invalid_request', { message, param: 'messages' })
}
