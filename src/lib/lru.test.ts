import { expect, test } from 'bun:test'
import { lruCache } from './lru.ts'

test('the entry longest unused is forgotten first', () => {
  const cache = lruCache<string, number>(2)
  cache.set('a', 1)
  cache.set('b', 2)
  expect(cache.get('a')).toBe(1)
  cache.set('c', 3)
  expect([cache.get('a'), cache.get('b'), cache.get('c'), cache.size()]).toEqual([1, undefined, 3, 2])
})

test('setting again renews, deleting and clearing forget', () => {
  const cache = lruCache<string, number>(2)
  cache.set('a', 1)
  cache.set('b', 2)
  cache.set('a', 9)
  cache.set('c', 3)
  expect([cache.get('a'), cache.get('b')]).toEqual([9, undefined])
  expect([cache.delete('a'), cache.delete('a'), cache.size()]).toEqual([true, false, 1])
  cache.clear()
  expect(cache.size()).toBe(0)
})

test('a cache without room is refused', () => {
  expect(() => lruCache(0)).toThrow(RangeError)
  expect(() => lruCache(Number.NaN)).toThrow(RangeError)
})
