import { expect, test } from 'bun:test'
import { noteSigner, openNote, signNote } from './signed-note.ts'

const signer = noteSigner('example.org/log', new Uint8Array(32).fill(7))

test('a note opens with its verifier, and with no other', () => {
  const note = signNote('hello\nworld\n', signer)
  expect(openNote(note, signer.verifier)).toBe('hello\nworld\n')
  expect(openNote(note.replace('world', 'World'), signer.verifier)).toBeUndefined()
  expect(openNote(note, noteSigner('example.org/log', new Uint8Array(32).fill(8)).verifier)).toBeUndefined()
  expect(openNote(note, noteSigner('example.org/other', new Uint8Array(32).fill(7)).verifier)).toBeUndefined()
  for (const broken of ['', 'x', note.slice(0, -20), 'a\n\nb'])
    expect(openNote(broken, signer.verifier)).toBeUndefined()
})

test("the specification's own example opens", () => {
  // golang.org/x/mod/sumdb/note, the example of its documentation.
  const verifier = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
  const text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
  const note = `${text}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`
  expect(openNote(note, verifier)).toBe(text)
})
