import { describe, expect, test } from 'bun:test'
import { loadConfig } from '../../platform/config/index.ts'
import { documentSet, InvalidDocuments } from '../../platform/documents/index.ts'
import { providerKind, providerSettings } from './provider.kind.ts'
import { PROVIDER_TYPES, providerType } from './registry.ts'

const yaml = (spec: string) =>
  `apiVersion: gatehouse/v1\nkind: Provider\nmetadata: {name: there}\nspec: {${spec}, credential: secret://env/KEY}\n`

function settings(spec: string) {
  const [document] = documentSet([providerKind], yaml(spec)).all(providerKind)
  if (!document) throw new Error('no document')
  return providerSettings(document)
}

function problems(spec: string): readonly string[] {
  try {
    documentSet([providerKind], yaml(spec))
    return []
  } catch (error) {
    if (error instanceof InvalidDocuments) return error.problems.map(({ message }) => message)
    throw error
  }
}

describe('a Provider document', () => {
  test('has the address of its region from its options', () => {
    expect(settings('type: bedrock, options: {region: eu-west-1}').baseUrl).toBe(
      'https://bedrock-runtime.eu-west-1.amazonaws.com',
    )
    expect(settings('type: vertex, options: {project: acme}').options).toEqual({ project: 'acme', location: 'global' })
  })

  test('may name its own address, the slash at the end is not part of it', () => {
    expect(settings('type: groq, baseUrl: "https://llm.example.com/groq/"').baseUrl).toBe(
      'https://llm.example.com/groq',
    )
  })

  test('of a model server on one’s own machines is private without saying so; any other is public', () => {
    expect(settings('type: ollama').network).toBe('private')
    expect(settings('type: vllm, baseUrl: "http://gpu:8000/v1"').network).toBe('private')
    expect(settings('type: vllm, network: public, baseUrl: "https://gpu.example/v1"').network).toBe('public')
    expect(settings('type: mistral').network).toBe('public')
    expect(problems('type: mistral, baseUrl: "http://mistral.example/v1"')).toEqual([
      'http is allowed only for upstreams in your own network',
    ])
  })

  test('is refused without what its type needs', () => {
    expect(problems('type: bedrock')).toEqual(['a provider of type bedrock needs the option region'])
    expect(problems('type: azure-openai')).toEqual(['a provider of type azure-openai needs a baseUrl'])
  })

  test('is refused with options that would lead to another host', () => {
    for (const region of ['eu.evil.example/', 'a@evil.example', 'a/b', '.evil', 'a b', '{x}']) {
      expect(problems(`type: bedrock, options: {region: '${region}'}`)).toEqual(['the option region is no plain name'])
    }
  })
})

test('a variable that offers a provider on a first start offers one that there is', () => {
  const everything = Object.fromEntries(PROVIDER_TYPES.map(({ environment = 'X' }) => [environment, 'x']))
  const offered = loadConfig(everything).offeredProviders
  for (const { type } of offered) expect(providerType(type)).toBeDefined()
  const named = PROVIDER_TYPES.filter(({ environment }) => environment !== undefined).map(({ type }) => type)
  expect([...new Set(offered.map(({ type }) => type))].sort()).toEqual(named.filter((type) => type !== 'vertex').sort())
})
