import { gemini, geminiEmbeddings, type UpstreamEmbedDialect } from '../dialects/index.ts'
import { headerKey, type ProviderSettings, type ProviderType, type Wire } from './provider.ts'

const address = (settings: ProviderSettings, model: string, method: string) =>
  `${settings.baseUrl}/v1beta/models/${encodeURIComponent(model)}:${method}`

const EMBEDDINGS: Wire<UpstreamEmbedDialect> = {
  dialect: geminiEmbeddings,
  url: (settings, call) => address(settings, call.model, 'batchEmbedContents'),
  passThrough: false,
}

/** Google's Gemini API (AI Studio). The model and the method stand in the address. */
export const geminiProvider: ProviderType = {
  type: 'gemini',
  title: 'Google Gemini',
  baseUrl: 'https://generativelanguage.googleapis.com',
  catalog: 'google',
  environment: 'GEMINI_API_KEY',
  needsCredential: true,
  chat: () => [
    {
      dialect: gemini,
      url: (settings, call) =>
        call.stream
          ? `${address(settings, call.model, 'streamGenerateContent')}?alt=sse`
          : address(settings, call.model, 'generateContent'),
      passThrough: true,
    },
  ],
  embed: () => EMBEDDINGS,
  authorize: headerKey('x-goog-api-key'),
}
