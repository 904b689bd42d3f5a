import { afterAll, expect, test } from 'bun:test'
import OpenAI from 'openai'
import { generateKey, keyDigest } from '../../src/governance/identity/index.ts'
import { systemRandom } from '../../src/lib/random.ts'
import { mintKey, startGateway } from './harness.ts'
import { failureOf } from './until.ts'

const narrow = mintKey('narrow', "narrowTo: ['model:rehearse']")
const wideKey = generateKey(systemRandom)
const model = (name: string) => `kind: Model
metadata: {name: ${name}}
spec: {targets: [{provider: rehearsal, model: sandbox}]}`

const gateway = await startGateway({
  documents: `kind: Provider
metadata: {name: rehearsal}
spec: {type: sandbox}
---
${model('rehearse')}
---
${model('other')}
---
${narrow.documents}
---
kind: Key
metadata: {name: wide-key}
spec: {for: 'app:narrow', sha256: ${keyDigest(wideKey)}}
---
kind: Grant
metadata: {name: narrow-may}
spec: {to: ['app:narrow'], effect: allow, actions: [use], on: ['model:*']}`,
})
afterAll(gateway.stop)

const sdk = (apiKey: string) => new OpenAI({ apiKey, baseURL: `${gateway.url}/v1`, maxRetries: 0 }).responses

test('a narrowed key sees the responses made with it alone, and the other keys of its app do not see them', async () => {
  const [narrowed, whole] = [sdk(narrow.key), sdk(wideKey)]
  const mine = await narrowed.create({ model: 'rehearse', input: 'mine' })
  expect((await narrowed.retrieve(mine.id)).id).toBe(mine.id)
  expect(await failureOf(whole.retrieve(mine.id))).toMatchObject({ status: 404 })
  const theirs = await whole.create({ model: 'other', input: 'theirs' })
  expect(await failureOf(narrowed.retrieve(theirs.id))).toMatchObject({ status: 404 })
  const goOn = { model: 'rehearse', input: 'go on', previous_response_id: theirs.id }
  expect(await failureOf(narrowed.create(goOn))).toMatchObject({ status: 404 })
})

test('the input of a response is counted before it is asked for, and no state is read for it', async () => {
  const { inputTokens } = sdk(narrow.key)
  const counted = await inputTokens.count({ model: 'rehearse', input: 'Good morning, how are you today?' })
  expect(counted.object).toBe('response.input_tokens')
  expect(counted.input_tokens).toBeGreaterThan(5)
  expect(await failureOf(inputTokens.count({ model: 'other', input: 'x' }))).toMatchObject({ status: 403 })
  const later = { model: 'rehearse', input: 'x', previous_response_id: 'resp_1' }
  expect(await failureOf(inputTokens.count(later))).toMatchObject({ status: 400, param: 'previous_response_id' })
})
