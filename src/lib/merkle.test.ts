import { expect, test } from 'bun:test'
import {
  consistencyPath,
  type Hash,
  inclusionPath,
  type LeafRange,
  leafHash,
  nodeHash,
  provesConsistency,
  provesInclusion,
  rangeHash,
  rootOf,
  subtreesOf,
  treeOf,
} from './merkle.ts'

const hex = (hash: Hash) => Buffer.from(hash).toString('hex')
const leaves = Array.from({ length: 40 }, (_, index) => leafHash(`entry ${index}`))

/** The definition of RFC 6962, read word by word. */
function naive(from: number, to: number): Hash {
  const [only] = leaves.slice(from, to)
  if (to - from === 1 && only) return only
  let k = 1
  while (k * 2 < to - from) k *= 2
  return nodeHash(naive(from, from + k), naive(from + k, to))
}
const hashOf = (range: LeafRange) =>
  rangeHash(subtreesOf(range).map(({ level, index }) => naive(index * 2 ** level, (index + 1) * 2 ** level)))

test('the hashes are those of RFC 6962: its known answers', () => {
  expect(hex(rootOf(treeOf([])))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  expect(hex(leafHash(''))).toBe('6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d')
})

test('a tree that grew leaf by leaf has the root of the definition, at every size', () => {
  for (let size = 1; size <= leaves.length; size++) {
    expect(hex(rootOf(treeOf(leaves.slice(0, size))))).toBe(hex(naive(0, size)))
  }
})

test('every leaf is proven in every tree, and no other leaf or place is', () => {
  for (let size = 1; size <= leaves.length; size++) {
    for (let index = 0; index < size; index++) {
      const path = inclusionPath(index, size).map(hashOf)
      const leaf = leaves[index] ?? leafHash('')
      expect(provesInclusion({ leaf, index, size, path }, naive(0, size))).toBe(true)
      expect(provesInclusion({ leaf: leafHash('other'), index, size, path }, naive(0, size))).toBe(false)
      expect(provesInclusion({ leaf, index: index + 1, size, path }, naive(0, size))).toBe(false)
    }
  }
})

test('every tree is proven to begin with every earlier one, and with no other', () => {
  for (let size = 1; size <= leaves.length; size++) {
    for (let earlier = 1; earlier <= size; earlier++) {
      const path = consistencyPath(earlier, size).map(hashOf)
      const later = { size, root: naive(0, size) }
      expect(provesConsistency({ size: earlier, root: naive(0, earlier) }, later, path)).toBe(true)
      expect(provesConsistency({ size: earlier, root: leafHash('other') }, later, path)).toBe(false)
    }
  }
})
