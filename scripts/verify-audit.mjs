#!/usr/bin/env node
// Verifies an export of Gatehouse's audit log with nothing but Node: no package, no network, no gateway.
//
//   node verify-audit.mjs export.ndjson --key '<verifier key>' [--anchor checkpoints.ndjson]…
//
// The verifier key (`<name>+<id>+<base64>`) is best kept from the day the log began: whoever forges an export can put a
// key of their own into it. An anchor file holds checkpoints that were signed earlier, and hashes of entries.
// Formats: entries are a hash chain and an RFC 6962 tree, checkpoints are C2SP signed notes (c2sp.org/tlog-checkpoint).
import { createHash, createPublicKey, verify } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest()
const linesOf = (path) =>
  createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY })

/** What a checkpoint says, when the key signed it. */
function openNote(note, key) {
  const [name, id, encoded] = [...key.split('+', 2), key.split('+').slice(2).join('+')]
  const known = Buffer.from(encoded, 'base64')
  const isKey = known[0] === 1 && sha256(`${name}\n`, known).subarray(0, 4).toString('hex') === id
  if (!isKey) throw new Error(`not a verifier key: ${key}`)
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), known.subarray(1)])
  const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' })
  const end = note.lastIndexOf('\n\n')
  const text = note.slice(0, end + 1)
  for (const line of note.slice(end + 2).split('\n')) {
    const [, signer, signature] = /^— (\S+) (\S+)$/.exec(line) ?? []
    if (signer !== name) continue
    const bytes = Buffer.from(signature, 'base64')
    if (bytes.subarray(0, 4).toString('hex') !== id || !verify(null, Buffer.from(text), publicKey, bytes.subarray(4)))
      continue
    const [origin, size, root] = text.split('\n')
    if (origin === name) return { size: Number(size), root: Buffer.from(root, 'base64') }
  }
  return undefined
}

function rootOf(subtrees) {
  return subtrees.reduceRight((right, left) => (right ? sha256('\x01', left, right) : left), undefined)
}

async function marksOf(anchors, log) {
  const notes = []
  const hashes = new Map()
  for (const path of anchors) {
    for await (const line of linesOf(path)) {
      let kept
      try {
        kept = JSON.parse(line)
      } catch {
        continue
      }
      if (kept?.log !== log) continue
      notes.push({ note: kept.checkpoint, where: path })
      for (const [index, hash] of (kept.hashes ?? []).entries()) hashes.set(kept.first + index, hash)
    }
  }
  return { notes, hashes }
}

/** Reads the export twice: for its first and last line, and then for its entries. */
async function frameOf(path) {
  let head
  let last
  for await (const line of linesOf(path)) {
    head ??= JSON.parse(line)
    last = line
  }
  return { head, checkpoint: JSON.parse(last ?? '{}').checkpoint }
}

async function run() {
  const options = { key: { type: 'string' }, anchor: { type: 'string', multiple: true } }
  const { positionals, values } = parseArgs({ options, allowPositionals: true })
  const [path] = positionals
  if (!path) throw new Error('usage: node verify-audit.mjs export.ndjson --key KEY [--anchor FILE]…')
  const { head, checkpoint } = await frameOf(path)
  if (head?.export !== 'gatehouse-audit/1') throw new Error(`${path} is not an export of the audit log`)
  if (values.key === undefined) console.log("warning: the export's own key is believed; give --key to be sure of it")
  const key = values.key ?? head.verifier
  const { notes, hashes } = await marksOf(values.anchor ?? [], head.log)
  if (checkpoint) notes.push({ note: checkpoint, where: 'the export' })
  else throw new Error('the export is cut off: it has no checkpoint at its end')
  const marks = notes.map(({ note, where }) => {
    const opened = openNote(note, key)
    if (!opened) throw new Error(`a checkpoint in ${where} is not signed by this key`)
    return { ...opened, where }
  })
  const bad = (sequence, why) => new Error(`FIRST BAD ENTRY ${sequence}: ${why}`)
  const subtrees = []
  let size = 0
  let previous = ''
  let good = 0
  for await (const line of linesOf(path)) {
    const entry = JSON.parse(line)
    if (entry.export || entry.checkpoint) continue
    const sequence = size + 1
    if (entry.log !== head.log || entry.sequence !== sequence)
      throw bad(sequence, `entry ${entry.sequence} stands in its place`)
    let hash = sha256('\0', line)
    const text = hash.toString('hex')
    if (hashes.has(sequence) && hashes.get(sequence) !== text)
      throw bad(sequence, 'it has not the hash that was anchored')
    if (entry.previous !== previous) throw bad(Math.max(1, size), 'the entry after it tells another hash of it')
    for (let rest = size; rest % 2 === 1; rest = Math.floor(rest / 2)) hash = sha256('\x01', subtrees.pop(), hash)
    subtrees.push(hash)
    previous = text
    size++
    for (const mark of marks.filter((one) => one.size === size)) {
      if (!mark.root.equals(rootOf(subtrees)))
        throw bad(`${good + 1} to ${size}`, `changed after the checkpoint in ${mark.where}`)
      good = size
    }
  }
  const beyond = marks.find((mark) => mark.size > size)
  if (beyond) throw bad(size + 1, `missing: the checkpoint in ${beyond.where} is of ${beyond.size} entries`)
  console.log(
    `all ${size} entries of ${head.log} hold; compared with ${marks.length} checkpoints of ${key.split('+')[0]}`,
  )
}

run().catch((cause) => {
  console.error(cause.message)
  process.exitCode = 1
})
