import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BEHAVIOURS, chatBody } from '../subject.ts'
import type { Peer } from './peer.ts'

/** LiteLLM's proxy, when its command is on the path. */
export const litellm: Peer = {
  name: 'litellm',
  install: "pip install 'litellm[proxy]'",
  setUp: async ({ upstream, directory, port }) => {
    const command = Bun.which('litellm')
    if (command === null) return undefined
    const config = join(directory, 'config.yaml')
    await writeFile(config, configText(upstream))
    return {
      command: [command, '--config', config, '--host', '127.0.0.1', '--port', String(port), '--num_workers', '1'],
      shot: ({ behaviour, translated }) => ({
        path: '/v1/chat/completions',
        headers: { authorization: 'Bearer bench' },
        body: chatBody(translated ? `translated-${behaviour}` : behaviour, behaviour),
      }),
    }
  },
}

/** JSON is YAML. */
function configText(upstream: string): string {
  const entry = (model_name: string, model: string, api_base: string) => ({
    model_name,
    litellm_params: { model, api_base, api_key: 'bench' },
  })
  const models = BEHAVIOURS.flatMap((behaviour) => [
    entry(behaviour, `openai/bench-${behaviour}`, `${upstream}/v1`),
    entry(`translated-${behaviour}`, `anthropic/bench-${behaviour}`, upstream),
  ])
  return JSON.stringify({ model_list: models })
}
