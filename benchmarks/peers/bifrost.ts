import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { chatBody } from '../subject.ts'
import type { Peer } from './peer.ts'

/** Bifrost's HTTP gateway, when its command is on the path. */
export const bifrost: Peer = {
  name: 'bifrost',
  install: 'go install github.com/maximhq/bifrost/transports/bifrost-http@latest',
  setUp: async ({ upstream, directory, port }) => {
    const command = Bun.which('bifrost-http')
    if (command === null) return undefined
    const provider = {
      keys: [{ name: 'bench', value: 'bench', models: ['*'], weight: 1 }],
      network_config: { base_url: upstream },
    }
    const config = {
      client: { drop_excess_requests: false, enable_logging: false },
      providers: { openai: provider, anthropic: provider },
      config_store: { enabled: false },
    }
    await writeFile(join(directory, 'config.json'), JSON.stringify(config))
    return {
      command: [command, '-app-dir', directory, '-host', '127.0.0.1', '-port', String(port), '-log-level', 'error'],
      shot: ({ behaviour, translated }) => ({
        path: '/v1/chat/completions',
        headers: {},
        body: chatBody(`${translated ? 'anthropic' : 'openai'}/bench-${behaviour}`, behaviour),
      }),
    }
  },
}
