import { createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto'

/** Signs notes under a name (C2SP signed-note, Ed25519: c2sp.org/signed-note). */
export interface NoteSigner {
  readonly name: string
  readonly key: KeyObject
  /** What others need to check: `<name>+<key id>+<key>`, the form of the specification. */
  readonly verifier: string
}

const ED25519 = 1
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex')
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex')

/** A signer from the 32 bytes of an Ed25519 seed. A name has no white space and no plus sign. */
export function noteSigner(name: string, seed: Uint8Array): NoteSigner {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: 'der', type: 'pkcs8' })
  const known = Buffer.concat([Buffer.of(ED25519), publicBytes(key)])
  return { name, key, verifier: `${name}+${keyId(name, known).toString('hex')}+${known.toString('base64')}` }
}

/** The 32 public bytes that belong to a seed. */
export function publicKeyOf(seed: Uint8Array): Uint8Array {
  return publicBytes(createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: 'der', type: 'pkcs8' }))
}

/** The text (lines, each ended by a line feed) with its signature below. */
export function signNote(text: string, signer: NoteSigner): string {
  const known = Buffer.concat([Buffer.of(ED25519), publicBytes(signer.key)])
  const signature = Buffer.concat([keyId(signer.name, known), sign(null, Buffer.from(text), signer.key)])
  return `${text}\n— ${signer.name} ${signature.toString('base64')}\n`
}

/** The text of a note that the verifier's key signed; undefined when it did not. */
export function openNote(note: string, verifier: string): string | undefined {
  const known = readVerifier(verifier)
  const end = note.lastIndexOf('\n\n')
  if (!known || end < 0) return undefined
  const text = note.slice(0, end + 1)
  for (const line of note.slice(end + 2).split('\n')) {
    const [, name, encoded = ''] = /^— (\S+) (\S+)$/.exec(line) ?? []
    const bytes = Buffer.from(encoded, 'base64')
    if (name !== known.name || !bytes.subarray(0, 4).equals(known.id)) continue
    if (verify(null, Buffer.from(text), known.key, bytes.subarray(4))) return text
  }
  return undefined
}

function readVerifier(verifier: string) {
  const [, name = '', id = '', encoded = ''] = /^([^+\s]+)\+([0-9a-f]{8})\+(.+)$/.exec(verifier) ?? []
  const known = Buffer.from(encoded, 'base64')
  if (known.length !== 33 || known[0] !== ED25519 || keyId(name, known).toString('hex') !== id) return undefined
  const key = createPublicKey({ key: Buffer.concat([SPKI_HEAD, known.subarray(1)]), format: 'der', type: 'spki' })
  return { name, id: Buffer.from(id, 'hex'), key }
}

function keyId(name: string, known: Uint8Array): Buffer {
  return hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), known]), 'buffer').subarray(0, 4)
}

function publicBytes(key: KeyObject): Buffer {
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32)
}
