import { expect, test } from 'bun:test'
import { brandingAnswer } from '../../contract/branding.ts'
import { documentSet, InvalidDocuments } from '../../platform/documents/index.ts'
import { teamKind } from '../identity/index.ts'
import { brandingFor, brandingKind } from './index.ts'

const setOf = (yaml: string) => documentSet([teamKind, brandingKind], yaml)
const branding = (name: string, spec: string) => `kind: Branding\nmetadata: {name: ${name}}\nspec: ${spec}\n`
function problemsOf(yaml: string): readonly string[] {
  try {
    setOf(yaml)
    return []
  } catch (cause) {
    return cause instanceof InvalidDocuments ? cause.problems.map(({ path, message }) => `${path}: ${message}`) : ['?']
  }
}

test('without a document everything is there that a page needs', () => {
  const answer = brandingFor(setOf(''))
  expect(brandingAnswer.parse(answer)).toEqual(answer)
  expect(answer).toMatchObject({ name: 'Gatehouse', poweredBy: true, colors: { light: { background: '#ffffff' } } })
})

test('the colours of the product can be read', () => {
  expect(problemsOf(branding('b', '{}'))).toEqual([])
})

test('colours that people cannot read are refused, with the contrast that they have', () => {
  expect(problemsOf(branding('b', "{colors: {light: {accent: '#9ad0ff'}}}"))).toEqual([
    'spec.colors.light.accent: light: accentText #ffffff on accent #9ad0ff has a contrast of 1.63; WCAG AA asks for 4.5',
    'spec.colors.light.accent: light: accent #9ad0ff on background #ffffff has a contrast of 1.63; WCAG AA asks for 3',
  ])
  expect(problemsOf(branding('b', "{colors: {dark: {mutedText: '#333333'}}}"))).toHaveLength(2)
})

test('a team sees its own branding, others that of the organisation', () => {
  const set = setOf(
    `kind: Team\nmetadata: {name: claims}\n---\n${branding('all', '{name: Aurora}')}---\n${branding('of-claims', "{name: Claims desk, appliesTo: ['team:claims']}")}`,
  )
  expect(brandingFor(set).name).toBe('Aurora')
  expect(brandingFor(set, ['claims']).name).toBe('Claims desk')
  expect(brandingFor(set, ['sales']).name).toBe('Aurora')
  expect(brandingFor(set).version).not.toBe(brandingFor(set, ['claims']).version)
})

test('two brandings for the same people are refused', () => {
  expect(problemsOf(`${branding('a', '{}')}---\n${branding('b', '{}')}`)).toEqual([
    'spec.appliesTo.0: org has a branding already: a',
  ])
})

test.each([
  ['a script in a link', "{support: {label: Help, href: 'javascript:alert(1)'}}"],
  ['a link to another host without a scheme', '{support: {label: Help, href: //elsewhere.example}}'],
  ['a picture from elsewhere', '{logo: {light: https://elsewhere.example/logo.png}}'],
  ['a picture that is a page', "{logo: {light: 'data:text/html,<script>'}}"],
  ['a style in a font', "{font: 'a; background: url(//x)'}"],
  ['a colour by name', '{colors: {light: {accent: red}}}'],
])('%s is refused', (_, spec) => {
  expect(problemsOf(branding('b', spec))).toHaveLength(1)
})
