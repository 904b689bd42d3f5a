import { expect, test } from 'bun:test'
import { forwardedBetas } from './anthropic-betas.ts'

function forwarded(beta: string | undefined) {
  const warnings: string[] = []
  const headers = new Headers({ authorization: 'Bearer gth_x', 'x-api-key': 'gth_x', cookie: 'a=b', 'x-other': '1' })
  if (beta !== undefined) headers.set('anthropic-beta', beta)
  return { headers: forwardedBetas(headers, (warning) => warnings.push(warning)), warnings }
}

test('known betas are forwarded, and no other header of the caller is', () => {
  const { headers, warnings } = forwarded('interleaved-thinking-2025-05-14, context-1m-2025-08-07')
  expect(headers).toEqual({ 'anthropic-beta': 'interleaved-thinking-2025-05-14,context-1m-2025-08-07' })
  expect(warnings).toEqual([])
})

test('betas that reach beyond the call, and unknown ones, are dropped and declared', () => {
  const { headers, warnings } = forwarded('mcp-client-2025-11-20,fast-mode-2026-02-01,made-up,pdfs-2024-09-25')
  expect(headers).toEqual({ 'anthropic-beta': 'pdfs-2024-09-25' })
  expect(warnings).toEqual([
    'dropped: anthropic-beta mcp-client-2025-11-20',
    'dropped: anthropic-beta fast-mode-2026-02-01',
    'dropped: anthropic-beta made-up',
  ])
})

test('a caller without betas forwards nothing', () => {
  expect(forwarded(undefined).headers).toBeUndefined()
  expect(forwarded('').headers).toBeUndefined()
})
