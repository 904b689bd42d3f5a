import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { chatBody } from '../subject.ts'
import type { Peer } from './peer.ts'

/** Portkey's gateway, an npm package that runs on Node. Looked for beside the project and in `BENCH_PEERS_DIR`. */
export const portkey: Peer = {
  name: 'portkey',
  install: 'npm install --prefix DIR @portkey-ai/gateway, then BENCH_PEERS_DIR=DIR',
  setUp: async ({ upstream, port }) => {
    const server = serverFile()
    if (server === undefined) return undefined
    return {
      command: ['node', server, `--port=${port}`, '--headless'],
      shot: ({ behaviour, translated }) => ({
        path: '/v1/chat/completions',
        headers: {
          authorization: 'Bearer bench',
          'x-portkey-provider': translated ? 'anthropic' : 'openai',
          'x-portkey-custom-host': `${upstream}/v1`,
        },
        body: chatBody(`bench-${behaviour}`, behaviour),
      }),
    }
  },
}

function serverFile(): string | undefined {
  for (const place of [import.meta.dir, process.env.BENCH_PEERS_DIR]) {
    if (place === undefined) continue
    try {
      const found = createRequire(join(place, 'from.js')).resolve('@portkey-ai/gateway/package.json')
      return join(dirname(found), 'build/start-server.js')
    } catch {
      // Not there.
    }
  }
  return undefined
}
