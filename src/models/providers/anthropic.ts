import { anthropicMessages } from '../dialects/index.ts'
import { type ProviderType, wireAt } from './provider.ts'

const WIRES = [wireAt(anthropicMessages, '/v1/messages')]
/** The API revision every request must name (Anthropic, "Versioning", read 2026-11). */
const VERSION = '2023-06-01'

/** Anthropic. */
export const anthropicProvider: ProviderType = {
  type: 'anthropic',
  title: 'Anthropic',
  baseUrl: 'https://api.anthropic.com',
  catalog: 'anthropic',
  environment: 'ANTHROPIC_API_KEY',
  needsCredential: true,
  chat: () => WIRES,
  authorize: (request, secret) => ({
    ...request,
    headers: { 'anthropic-version': VERSION, ...request.headers, 'x-api-key': secret },
  }),
  traits: () => ({ fetchesUrls: true }),
}
