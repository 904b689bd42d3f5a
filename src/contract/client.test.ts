import { describe, expect, test } from 'bun:test'
import { ApiError, type ApiRequest, apiClient } from './client.ts'

/** A client that sends nowhere and is answered as told. */
function clientAnswered(status: number, text: string) {
  const sent: ApiRequest[] = []
  const client = apiClient(async (request) => {
    sent.push(request)
    return { status, text }
  })
  return { client, sent }
}

describe('the client of the control plane', () => {
  test('fills the address and the query, and sends what the call says', async () => {
    const { client, sent } = clientAnswered(200, '{"items":[],"nextCursor":null}')
    await client('getOperations', { query: { limit: 5, team: 'a b' } })
    await client('putDocumentsKindByName', {
      params: { kind: 'Model', name: 'meta/Llama 3' },
      body: { spec: {} },
      ifMatch: '"e"',
    })
    await client('postKeys', { body: { for: 'app:x', name: 'k' }, idempotencyKey: 'once' })
    await client('postRevisionsNumberRollback', { params: { number: 7 } })
    expect(sent).toEqual([
      { method: 'GET', path: '/api/v1/operations?limit=5&team=a+b', headers: {} },
      {
        method: 'PUT',
        path: '/api/v1/documents/Model/meta%2FLlama%203',
        body: '{"spec":{}}',
        headers: { 'content-type': 'application/json', 'if-match': '"e"' },
      },
      {
        method: 'POST',
        path: '/api/v1/keys',
        body: '{"for":"app:x","name":"k"}',
        headers: { 'content-type': 'application/json', 'idempotency-key': 'once' },
      },
      { method: 'POST', path: '/api/v1/revisions/7:rollback', headers: {} },
    ])
  })

  test('gives JSON, text or nothing, as the address answers', async () => {
    const items = await clientAnswered(200, '{"items":[{"name":"x"}],"nextCursor":null}').client('getKeys')
    expect(items.items[0]?.name).toBe('x')
    expect(await clientAnswered(200, 'kind: Team').client('getDocumentsExport')).toBe('kind: Team')
    const nothing: undefined = await clientAnswered(204, '').client('deleteSecretsByName', { params: { name: 'x' } })
    expect(nothing).toBeUndefined()
  })

  test('throws what the control plane refused with, and says so of what is no answer of it', async () => {
    const problem = '{"type":"about:blank","title":"No.","status":403,"code":"access_denied","requestId":"req_1"}'
    const refused = await clientAnswered(403, problem)
      .client('getMe')
      .catch((cause: unknown) => cause)
    expect(refused).toBeInstanceOf(ApiError)
    expect(refused).toMatchObject({ status: 403, message: 'No.', problem: { code: 'access_denied' } })
    const page = await clientAnswered(502, '<html>')
      .client('getMe')
      .catch((cause: unknown) => cause)
    expect(page).toMatchObject({ status: 502, problem: undefined })
  })
})
