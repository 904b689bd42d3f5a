import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { sha256Hex } from '../lib/crypto.ts'

/** The web app's files, answered; undefined for what is not the web app's. */
export type WebApp = (request: Request, path: string) => Response | undefined

interface StaticFile {
  readonly type: string
  readonly etag: string
  /** The name has the content's hash in it, so it never changes. */
  readonly lasting: boolean
  readonly plain: Uint8Array<ArrayBuffer>
  /** Packing saves something. */
  readonly packable: boolean
  /** What has been packed already. */
  readonly packed: Map<Coding, Uint8Array<ArrayBuffer>>
}

const CODINGS = ['br', 'gzip'] as const
type Coding = (typeof CODINGS)[number]

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  webp: 'image/webp',
  woff2: 'font/woff2',
  json: 'application/json',
  txt: 'text/plain; charset=utf-8',
}
const PACKABLE = new Set(['html', 'js', 'css', 'svg', 'json', 'txt'])
const PAGE = 'index.html'
/** Addresses of the portal and the console are answered with the page: which of them it is, the app knows. */
const NOT_PAGES =
  /^\/(?:api|v1|v1beta|schemas|mcp|a2a|connect|anthropic|gemini|\.well-known|healthz|readyz|metrics|assets)(?:\/|$)/

/**
 * Only this origin, whatever a model wrote into the page: no script, picture, font or call from or to anywhere else. Styles may
 * stand in the page, because the libraries that lock scrolling put theirs there; they can load nothing.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/**
 * Reads the built web app into memory, from inside the one executable or from where `npm start` has built it: a few hundred
 * kilobytes, packed when they are first asked for. Undefined when it has not been built.
 */
export async function openWebApp(directory: string): Promise<WebApp | undefined> {
  const files = (await filesInside()) ?? (await filesIn(directory))
  const page = files.get(`/${PAGE}`)
  if (!page) return undefined
  return (request, path) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return undefined
    const file = files.get(path)
    if (file) return fileResponse(request, file)
    // Who does not ask for a page is no browser: a wrong address of an API must not be answered with one.
    const wantsPage = path === '/' || (request.headers.get('accept') ?? '').includes('text/html')
    return wantsPage && !NOT_PAGES.test(path) ? fileResponse(request, page) : undefined
  }
}

/** The name of the file in the executable that holds all files of the web app (`scripts/build-binary.ts`): JSON, address → base64. */
const PACK = 'web-app.pack'

async function filesInside(): Promise<ReadonlyMap<string, StaticFile> | undefined> {
  const pack = Bun.embeddedFiles.find((file) => 'name' in file && file.name === PACK)
  if (!pack) return undefined
  const all = Object.entries((await pack.json()) as Readonly<Record<string, string>>)
  return new Map(
    all.map(([address, base64]) => [address, staticFile(address, new Uint8Array(Buffer.from(base64, 'base64')))]),
  )
}

async function filesIn(directory: string): Promise<ReadonlyMap<string, StaticFile>> {
  const files = new Map<string, StaticFile>()
  const names = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => [])
  for (const entry of names) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const address = `/${relative(directory, path).split(sep).join('/')}`
    files.set(address, staticFile(address, new Uint8Array(await readFile(path))))
  }
  return files
}

function staticFile(address: string, plain: Uint8Array<ArrayBuffer>): StaticFile {
  const ending = address.slice(address.lastIndexOf('.') + 1)
  return {
    type: TYPES[ending] ?? 'application/octet-stream',
    etag: `"${sha256Hex(plain).slice(0, 32)}"`,
    lasting: address.startsWith('/assets/'),
    plain,
    packable: PACKABLE.has(ending),
    packed: new Map(),
  }
}

const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } }

/** The file in a coding, packed once. */
function packedAs(file: StaticFile, coding: Coding): Uint8Array<ArrayBuffer> {
  const known = file.packed.get(coding)
  if (known) return known
  const packed = new Uint8Array(coding === 'br' ? brotliCompressSync(file.plain, BROTLI) : gzipSync(file.plain))
  file.packed.set(coding, packed)
  return packed
}

function fileResponse(request: Request, file: StaticFile): Response {
  const headers: Record<string, string> = {
    'content-type': file.type,
    etag: file.etag,
    'cache-control': file.lasting ? 'public, max-age=31536000, immutable' : 'no-cache',
    'content-security-policy': POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    vary: 'accept-encoding',
  }
  if (request.headers.get('if-none-match') === file.etag) return new Response(null, { status: 304, headers })
  const accepted = request.headers.get('accept-encoding') ?? ''
  const coding = file.packable ? CODINGS.find((name) => accepted.includes(name)) : undefined
  if (coding) headers['content-encoding'] = coding
  const body = coding ? packedAs(file, coding) : file.plain
  headers['content-length'] = String(body.byteLength)
  return new Response(request.method === 'HEAD' ? null : body, { status: 200, headers })
}
