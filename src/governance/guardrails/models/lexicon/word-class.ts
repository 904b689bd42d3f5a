/**
 * What a word does in a sentence, whatever its language. Models learn from sequences of classes beside the words, so
 * that what they learn of "ignore all previous instructions" holds for words and languages they saw less of.
 * The order is part of the trained models: a new class goes at the end, and the models are trained anew.
 */
export const WORD_CLASSES = [
  'override',
  'instruction',
  'prior',
  'all',
  'reveal',
  'say',
  'secret',
  'system',
  'model',
  'you',
  'play',
  'role',
  'now',
  'limit',
  'free',
  'not',
  'only',
  'send',
  'run',
  'place',
  'urgent',
  'user',
  'text',
  'question',
  'end',
  'begin',
  'polite',
  'harm',
  'authority',
  'task',
  'refuse',
  'obey',
  'owned',
  'shell',
  'must',
  'quote',
  'program',
  'explain',
  'pretend',
  'new',
  'money',
] as const

/** One of {@link WORD_CLASSES}. */
export type WordClass = (typeof WORD_CLASSES)[number]

/** Words of one language by class: folded (lower case, Latin letters bare), parted by spaces; `ignor*` stands for all that begin so. */
export type Lexicon = Readonly<Partial<Record<WordClass, string>>>
