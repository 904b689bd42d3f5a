/** What a request for help with doing harm may be about. */
export const HARM_CATEGORIES = [
  'weapons',
  'drugs',
  'cyber',
  'fraud',
  'violence',
  'self-harm',
  'abuse',
  'hate',
  'disinformation',
  'theft',
  'other',
] as const

/** One of {@link HARM_CATEGORIES}. */
export type HarmCategory = (typeof HARM_CATEGORIES)[number]

/** Words that tell what a harmful request is about, once it is known to be one: they say nothing by themselves. */
const WORDS: readonly (readonly [HarmCategory, RegExp])[] = [
  [
    'weapons',
    /\b(bomb\w*|explos\w*|gun|guns|firearm\w*|weapon\w*|ammunition|grenade\w*|napalm|sarin|anthrax|nuclear|bombe\w*|waffe\w*|arma|armes?)\b|炸弹|武器/giu,
  ],
  [
    'drugs',
    /\b(meth\w*|drug\w*|heroin|cocaine|fentanyl|opioid\w*|cannabis|lsd|ghb|narcotic\w*|drogen|drogue\w*|droga\w*)\b|毒品/giu,
  ],
  [
    'cyber',
    /\b(hack\w*|malware|ransomware|virus\w*|phishing|ddos|botnet\w*|keylog\w*|exploit\w*|trojan\w*|worm|password\w*|database\w*|spyware|schadsoftware|passwort\w*)\b|黑客|病毒/giu,
  ],
  [
    'fraud',
    /\b(fraud\w*|launder\w*|counterfeit\w*|forge\w*|fake|scam\w*|ponzi|tax|taxes|identity|insider|bribe\w*|blackmail\w*|extort\w*|passport\w*|credit|betrug\w*|geldw\u00e4sche|f\u00e4lsch\w*)\b|诈骗|洗钱/giu,
  ],
  [
    'violence',
    /\b(kill\w*|murder\w*|poison\w*|torture\w*|kidnap\w*|assassin\w*|stab\w*|shoot\w*|attack\w*|terror\w*|hitman|corpse|body|beat|arson|mord\w*|t\u00f6te\w*|umbring\w*)\b|杀|谋杀/giu,
  ],
  [
    'self-harm',
    /\b(suicid\w*|self-harm|cut myself|kill myself|overdose|anorexi\w*|starve\w*|noose|selbstmord|suizid)\b|自杀|自残/giu,
  ],
  [
    'abuse',
    /\b(child|children|minor\w*|teenager\w*|groom\w*|stalk\w*|traffick\w*|nude\w*|revenge|porn\w*|rape\w*|harass\w*|sexual\w*|blackmail\w*|kind|kinder)\b|儿童|性/giu,
  ],
  [
    'hate',
    /\b(racis\w*|hate|hatred|jew\w*|muslim\w*|immigrant\w*|gay\w*|nazi\w*|discriminat\w*|supremac\w*|ethnic\w*|slur\w*|extremis\w*|inferior)\b|歧视|仇恨/giu,
  ],
  [
    'disinformation',
    /\b(fake news|misinform\w*|disinform\w*|propaganda|election\w*|vaccin\w*|conspirac\w*|manipulat\w*|rumou?r\w*|wahl\w*)\b|谣言|虚假/giu,
  ],
  [
    'theft',
    /\b(steal\w*|rob\w*|burglar\w*|shoplift\w*|pick(ing)? (a|the) lock\w*|break into|smuggl\w*|pirat\w*|hotwire\w*|stehl\w*|einbrech\w*)\b|偷|抢/giu,
  ],
]

/** The category that most words of a text speak for; the first of equals. Linear in the text. */
export function categoryOf(text: string): HarmCategory {
  let best: HarmCategory = 'other'
  let most = 0
  for (const [category, words] of WORDS) {
    const hits = text.match(words)?.length ?? 0
    if (hits > most) {
      most = hits
      best = category
    }
  }
  return best
}
