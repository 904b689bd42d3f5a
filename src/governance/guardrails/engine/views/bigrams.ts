/**
 * How rare each pair of letters is (row: the first; the first of each row and column stands for what is no letter), in
 * quarters of a bit, counted in English with some German. One character a pair, in the order of {@link ALPHABET}.
 */
const RARITY =
  ')DGIHLIKHFPQKHKJJbKFCNRHcLWIbRPPfYRUQjTKOGdTnJKIRSZfPcWQfknLrooNmtTppRsxUdhSqpwZq' +
  'UNpbmPtsIUtOXppMttUfUWttxgpGPkmZKkgmOnmbhbPlxVVhWhjwZrALXQMOWVZOkaNQHWViFINaTWTSd' +
  'MTnmqTWlsSvlWqpPryTkXQunwltKRlsmMqUSSrmZmcQqxUXbWspvhsKJknjFoqgLunbebLpwVdQXsjpZr' +
  'LSYMQNSOfhmTOQFPXlQJHgTqhnagWtttamwuhtswuvYuypptUww0xvNXnsqNnokQtjdjYZryfXcesmvgs' +
  'KNehRKagoLqZLakOevgUWWegvRlMMWhpKhkkQsqkXdQUziahWtpuRsEOfSJLZJgPkUagTNkqiPLWdjrUd' +
  'IaWVTTOYZYlVOOHPSsKROIUOgaiPRqllPjnZUutRnrSWzRZZUsuydviswyyyuzxxyyvxvyzuyzyYyyxzw' +
  'GMbYRHcXeMqWVXUNeuVPNTaftSfCRdRhKghNOqZYabOUlkNITkbtXnCNgPkJfjELrnXghKXxPQQTjXqTb' +
  'MXYQYWZWdZthRTNnTvNMOjlrpcgcVtssLystSwvpusWuzslurtxxpyPPnqnPoqPPuokqYSxydckeykwpx' +
  'XhsipivvufxvtrumbyutZhxwhnyHYfiiVmmoapmfcfMYxhXdjqkthpZdpvvXvtrcwsnsuhuwuriYwhwgg'
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.,:;!?+*()'
const SIZE = 27
/** What each pair costs the evidence: text that is neither one nor the other never comes to the mark. */
const DRIFT = 2
const MOST = 24

/** For each pair, in eighths of a bit, how much likelier it is when each letter is taken 13 places further. */
export const rotation: Int8Array = evidence((a, b) => pair(rotated(a), rotated(b)))

/** The same for a text read backwards. */
export const reversal: Int8Array = evidence((a, b) => pair(b, a))

function pair(a: number, b: number): number {
  return a * SIZE + b
}

function rotated(letter: number): number {
  return letter === 0 ? 0 : ((letter + 12) % 26) + 1
}

function evidence(disguised: (a: number, b: number) => number): Int8Array {
  const table = new Int8Array(SIZE * SIZE)
  const rarity = (place: number) => 2 * ALPHABET.indexOf(RARITY.charAt(place))
  for (let a = 0; a < SIZE; a++) {
    for (let b = 0; b < SIZE; b++) {
      const plain = pair(a, b)
      if (plain === 0) continue
      const gain = rarity(plain) - rarity(disguised(a, b)) - DRIFT
      table[plain] = Math.max(-MOST, Math.min(MOST, gain))
    }
  }
  return table
}
