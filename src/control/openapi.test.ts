import { describe, expect, test } from 'bun:test'
import { openApi, templateOf } from './openapi.ts'
import { referencePage } from './reference-page.ts'
import { CONTROL_ROUTES } from './routes.ts'

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly parameters: readonly { readonly name: string; readonly in: string }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: object }>> }
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> }>
  >
}

const description = openApi(CONTROL_ROUTES, '1')
const paths = description.paths as Readonly<Record<string, Readonly<Record<string, Operation>>>>

describe('the description of the API', () => {
  for (const { method, path, answer, body, query } of CONTROL_ROUTES) {
    test(`has ${method} ${path} with what it takes and answers`, () => {
      const operation = paths[templateOf(path)]?.[method.toLowerCase()]
      if (!operation) throw new Error('it is not there')
      expect(operation.summary).not.toBe('')
      const [[status, success] = ['', {}]] = Object.entries(operation.responses)
      if (answer === 'nothing') expect(status).toBe('204')
      else expect(Object.values(success.content ?? {})[0]?.schema).toMatchObject({ type: expect.any(String) })
      if (body)
        expect(operation.requestBody?.content['application/json']?.schema).toMatchObject({ type: expect.any(String) })
      const named = [...path.matchAll(/(?<=\/)[:*]([a-zA-Z]+)/g)].map(([, name]) => name)
      const inPath = operation.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name)
      expect(inPath).toEqual(named as string[])
      if (query) expect(operation.parameters.some((parameter) => parameter.in === 'query')).toBe(true)
    })
  }

  test('names every operation once', () => {
    const names = Object.values(paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    )
    expect(new Set(names).size).toBe(CONTROL_ROUTES.length)
    for (const name of names) expect(name).toMatch(/^[a-z]+[A-Za-z0-9]*$/)
  })

  test('refers to nothing that is not in it', () => {
    const text = JSON.stringify(description)
    for (const [, reference = ''] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const found = reference.split('/').reduce<unknown>((at, step) => Object(at)[step], description)
      expect(found, reference).toBeDefined()
    }
  })
})

test('the page of the API tells of every address, loads nothing from elsewhere and escapes what it shows', () => {
  const page = referencePage(description)
  for (const { path } of CONTROL_ROUTES) expect(page).toContain(templateOf(path))
  expect(page).not.toMatch(/<script|https?:\/\/|style="/)
  const hostile = openApi(
    [{ method: 'GET', path: '/api/v1/x', summary: '<img src=x onerror="y">', answer: 'nothing' }],
    '1',
  )
  expect(referencePage(hostile)).not.toContain('<img')
})
