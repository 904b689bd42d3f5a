import { type Side, type ThreeSides, threeSides } from '../e2e/three-sides.ts'
import type { WireFake } from '../e2e/wires/wire.ts'

/** One gateway in front of three vendors' dialects (models `openai`, `anthropic`, `gemini`) and the sandbox (`sandbox`). */
export interface Setting extends ThreeSides {
  readonly side: (name: WireFake['name']) => Side
}

const embedder = (provider: string, model: string) => `kind: Model
metadata: {name: embed-${provider}}
spec: {targets: [{provider: ${provider}, model: ${model}}]}`

const EMBEDDERS = [
  embedder('openai', 'text-embedding-3-small'),
  embedder('gemini', 'gemini-embedding-001'),
  embedder('sandbox', 'sandbox'),
]

/** Starts a {@link Setting}. */
export async function startSetting(): Promise<Setting> {
  const running = await threeSides('retry: {attempts: 1}', { documents: EMBEDDERS.join('\n---\n') })
  return {
    ...running,
    side: (name) => {
      const found = running.sides.find(({ wire }) => wire.name === name)
      if (!found) throw new Error(`no side ${name}`)
      return found
    },
  }
}
