import { hash } from 'node:crypto'

/** A SHA-256 hash, 32 bytes. */
export type Hash = Uint8Array

/** The complete subtrees of a tree, the largest first: all that is needed to let it grow and to know its root. */
export interface Frontier {
  /** Leaves. */
  readonly size: number
  readonly subtrees: readonly Hash[]
}

/** A tree without leaves. */
export const EMPTY_FRONTIER: Frontier = Object.freeze({ size: 0, subtrees: Object.freeze([]) })

/** A subtree of `2^level` leaves that begins with leaf `index × 2^level` (leaves are counted from 0). */
export interface Subtree {
  readonly level: number
  readonly index: number
}

/** Leaves from `from` up to but without `to`. */
export interface LeafRange {
  readonly from: number
  readonly to: number
}

/** The hash of a leaf: a zero byte, then the text as UTF-8 (RFC 6962, section 2.1). */
export function leafHash(text: string): Hash {
  return hash('sha256', `\0${text}`, 'buffer')
}

/** The hash of two subtrees side by side: a one byte, then both hashes (RFC 6962, section 2.1). */
export function nodeHash(left: Hash, right: Hash): Hash {
  const input = Buffer.allocUnsafe(65)
  input[0] = 1
  input.set(left, 1)
  input.set(right, 33)
  return hash('sha256', input, 'buffer')
}

/** The tree with one leaf more. `completed` are the subtrees that end with this leaf: itself, then those it completes. */
export function grown(tree: Frontier, leaf: Hash): { readonly tree: Frontier; readonly completed: readonly Hash[] } {
  const subtrees = [...tree.subtrees]
  const completed = [leaf]
  let top = leaf
  for (let rest = tree.size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
    top = nodeHash(subtrees.pop() ?? leaf, top)
    completed.push(top)
  }
  subtrees.push(top)
  return { tree: { size: tree.size + 1, subtrees }, completed }
}

/** The Merkle tree hash of RFC 6962. */
export function rootOf(tree: Frontier): Hash {
  return foldRight(tree.subtrees) ?? hash('sha256', '', 'buffer')
}

/** The tree over leaves that are all at hand. */
export function treeOf(leaves: Iterable<Hash>): Frontier {
  let tree = EMPTY_FRONTIER
  for (const leaf of leaves) tree = grown(tree, leaf).tree
  return tree
}

function foldRight(hashes: readonly Hash[]): Hash | undefined {
  let root = hashes.at(-1)
  for (let at = hashes.length - 2; at >= 0; at--) {
    const left = hashes[at]
    if (left && root) root = nodeHash(left, root)
  }
  return root
}

/** The complete subtrees that a range is made of, the largest first. The range begins where a subtree of its size may. */
export function subtreesOf({ from, to }: LeafRange): readonly Subtree[] {
  const subtrees: Subtree[] = []
  for (let at = from; at < to; ) {
    const level = Math.floor(Math.log2(to - at))
    subtrees.push({ level, index: at / 2 ** level })
    at += 2 ** level
  }
  return subtrees
}

/** The hash of a range from those of its subtrees, in the order of {@link subtreesOf}. */
export function rangeHash(subtrees: readonly Hash[]): Hash {
  const root = foldRight(subtrees)
  if (!root) throw new RangeError('a range has at least one leaf')
  return root
}

/** The ranges whose hashes prove that leaf `index` is in the tree of `size` leaves (RFC 6962, section 2.1.1). */
export function inclusionPath(index: number, size: number): readonly LeafRange[] {
  const path: LeafRange[] = []
  let from = 0
  let to = size
  while (to - from > 1) {
    const middle = from + largestPowerBelow(to - from)
    if (index < middle) {
      path.unshift({ from: middle, to })
      to = middle
    } else {
      path.unshift({ from, to: middle })
      from = middle
    }
  }
  return path
}

/** The ranges whose hashes prove that the tree of `size` leaves begins with that of `earlier` (RFC 6962, section 2.1.2). */
export function consistencyPath(earlier: number, size: number): readonly LeafRange[] {
  const path: LeafRange[] = []
  let from = 0
  let to = size
  let isWhole = true
  while (earlier !== to) {
    const middle = from + largestPowerBelow(to - from)
    if (earlier <= middle) {
      path.unshift({ from: middle, to })
      to = middle
    } else {
      path.unshift({ from, to: middle })
      from = middle
      isWhole = false
    }
  }
  return isWhole ? path : [{ from, to }, ...path]
}

function largestPowerBelow(count: number): number {
  let power = 1
  while (power * 2 < count) power *= 2
  return power
}

/** What an inclusion proof says. */
export interface InclusionProof {
  readonly leaf: Hash
  readonly index: number
  readonly size: number
  readonly path: readonly Hash[]
}

/** Whether a proof leads from the leaf to the root (RFC 9162, section 2.1.3.2). */
export function provesInclusion({ leaf, index, size, path }: InclusionProof, root: Hash): boolean {
  if (index >= size) return false
  let node = index
  let last = size - 1
  let hashed = leaf
  for (const sibling of path) {
    if (last === 0) return false
    if (node % 2 === 1 || node === last) {
      hashed = nodeHash(sibling, hashed)
      while (node % 2 === 0 && node !== 0) {
        node = Math.floor(node / 2)
        last = Math.floor(last / 2)
      }
    } else hashed = nodeHash(hashed, sibling)
    node = Math.floor(node / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 && isSame(hashed, root)
}

/** A tree by its size and root. */
export interface TreeHead {
  readonly size: number
  readonly root: Hash
}

/** Whether a proof shows that the later tree begins with the whole earlier one (RFC 9162, section 2.1.4.2). */
export function provesConsistency(earlier: TreeHead, later: TreeHead, path: readonly Hash[]): boolean {
  if (earlier.size > later.size || earlier.size < 1) return false
  if (earlier.size === later.size) return path.length === 0 && isSame(earlier.root, later.root)
  const isPower = Number.isInteger(Math.log2(earlier.size))
  const hashes = isPower ? [earlier.root, ...path] : path
  let node = earlier.size - 1
  let last = later.size - 1
  while (node % 2 === 1) {
    node = Math.floor(node / 2)
    last = Math.floor(last / 2)
  }
  const [start, ...rest] = hashes
  if (!start) return false
  let first = start
  let second = start
  for (const sibling of rest) {
    if (last === 0) return false
    if (node % 2 === 1 || node === last) {
      first = nodeHash(sibling, first)
      second = nodeHash(sibling, second)
      while (node % 2 === 0 && node !== 0) {
        node = Math.floor(node / 2)
        last = Math.floor(last / 2)
      }
    } else second = nodeHash(second, sibling)
    node = Math.floor(node / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 && isSame(first, earlier.root) && isSame(second, later.root)
}

function isSame(left: Hash, right: Hash): boolean {
  return Buffer.compare(left, right) === 0
}
