import { afterAll, describe, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { openWebApp } from './static.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-static-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
mkdirSync(join(folder, 'assets'))
const PAGE = '<!doctype html><title>page</title>'
const SCRIPT = 'export const words = "words"\n'.repeat(50)
writeFileSync(join(folder, 'index.html'), PAGE)
writeFileSync(join(folder, 'assets/app-1a2b.js'), SCRIPT)
const app = await openWebApp(folder)

const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  app?.(new Request(`http://gateway${path}`, { method, headers }), path)

describe('the web app’s files', () => {
  test('are absent where nothing was built', async () => {
    expect(await openWebApp(join(folder, 'nowhere'))).toBeUndefined()
  })

  test('every address of a page is the page, asked anew each time, under a policy of its own origin', async () => {
    for (const path of ['/', '/console', '/console/requests', '/keys']) {
      const answer = ask(path, { accept: 'text/html,*/*' })
      expect(await answer?.text()).toBe(PAGE)
      expect(answer?.headers.get('cache-control')).toBe('no-cache')
      expect(answer?.headers.get('content-security-policy')).toContain("default-src 'none'")
    }
  })

  test('no address of the gateway is ever taken, and nothing outside of the folder is reached', () => {
    for (const path of [
      '/v1/models',
      '/api/v1/nothing',
      '/v1beta/x',
      '/assets/gone.js',
      '/healthz',
      '/metrics',
      '/mcp',
    ]) {
      expect(ask(path)).toBeUndefined()
    }
    for (const path of ['/../package.json', '/assets/../../secret']) {
      const answer = ask(path)
      if (answer) expect(answer.headers.get('content-type')).toStartWith('text/html')
    }
    expect(ask('/', {}, 'POST')).toBeUndefined()
    expect(ask('/chat/completions', { accept: 'application/json' })).toBeUndefined()
    expect(ask('/v1/models', { accept: 'text/html' })).toBeUndefined()
  })

  test('what has its hash in its name is kept for ever, and packed as the browser takes it', async () => {
    const path = '/assets/app-1a2b.js'
    const unpacked = { br: brotliDecompressSync, gzip: gunzipSync }
    for (const [coding, unpack] of Object.entries(unpacked)) {
      const answer = ask(path, { 'accept-encoding': coding })
      expect(answer?.headers.get('content-encoding')).toBe(coding)
      expect(answer?.headers.get('cache-control')).toContain('immutable')
      expect(unpack(new Uint8Array((await answer?.arrayBuffer()) ?? [])).toString()).toBe(SCRIPT)
    }
    expect(await ask(path)?.text()).toBe(SCRIPT)
  })

  test('what the browser has already is not sent again', () => {
    const etag = ask('/')?.headers.get('etag') ?? ''
    expect(ask('/', { 'if-none-match': etag })?.status).toBe(304)
    expect(ask('/', { 'if-none-match': '"other"' })?.status).toBe(200)
  })
})
