import type { Lexicon } from './word-class.ts'

/** Words by what they do in a sentence: English. */
export const ENGLISH: Lexicon = {
  override:
    'ignore ignores ignored ignoring disregard* forget forgets forgot forgetting neglect dismiss discard discards bypass* override overrides overriding overrule overrul* supersed* circumvent* erase nullify invalidate cancel cancels void abandon overwrite overwrites skip skips drop revoke unlearn delete remove clear reset disable disables disabled disabling deactivate deactivat* suspend suspended evade violate break',
  instruction:
    'instruction instructions prompt prompts directive directives rule rules guideline guidelines command commands order orders policy policies programming directions guidance protocol protocols configuration config preprompt briefing initialization',
  prior:
    'previous previously prior above earlier preceding before past original initial existing foregoing first last old beforehand former',
  all: 'all any every everything anything whole entire each entirety full complete completely fully both',
  reveal:
    'reveal reveals show shows display disclose disclos* leak leaks expose dump divulg* share give provide list paste uncover recall summarize summarise explain',
  say: 'say says print prints output outputs respond responds reply replies answer answers write writes echo return returns repeat repeats type state recite speak utter shout prepend append start starts begin begins',
  secret:
    'secret secrets password passwords passphrase passcode passcodes key keys token tokens credential credentials confidential hidden private internal apikey flag codeword magicword code codes sensitive classified restricted unauthorized',
  system: 'system developer dev admin administrator root sudo operator sysadmin superuser system_prompt',
  model:
    'ai assistant assistants chatbot chatbots bot bots llm llms gpt chatgpt gpt3 gpt4 claude gemini bard llama copilot bing mistral openai anthropic agi model models agent agents lm',
  you: 'you your yours yourself youre youve youll ur u',
  play: 'act acts acting roleplay roleplaying role-play simulate simulates simulating simulation simulator behave behaves behaving play playing impersonate emulate emulating emulates become becomes transform embody immerse stimulate mimic',
  role: 'role roles character characters persona personas personality alter ego identity mode entity evil unethical being hero narrator villain',
  now: 'now henceforth onwards onward forward following below next hereafter rest instead afterwards moving going continue proceed forth',
  limit:
    'filter filters censorship ethics ethical moral morals morality safety limits limit limitation limitations restriction restrictions restrict guardrails guardrail safeguards safeguard constraint constraints moderation boundaries disclaimers disclaimer censor warnings legality consequences norms shackles confines content_policy compliance terms',
  free: 'unrestricted uncensored unfiltered jailbreak jailbroken jailbreaking dan unlimited unbound unbounded freed amoral immoral unmoderated unaligned unhinged uninhibited unconstrained unlocked liberated bypassed without free freedom dude stan aim evilbot developermode godmode',
  not: 'not no never dont wont cannot cant nothing neither nor stop avoid refrain doesnt shouldnt arent isnt wouldnt longer',
  only: 'only just exactly simply merely verbatim literally strictly precisely solely word exact',
  send: 'send sends sending email forward forwards post upload uploads transfer transfers exfiltrate* deliver submit mail transmit notify invite message share wire',
  run: 'run runs execute executes executing exec call calls invoke fetch curl download open visit click navigate browse purchase buy pay book schedule create grant update change modify install launch eval perform use access query add insert retrieve search',
  place:
    'url link links website webpage webhook http https www com address domain server site inbox channel endpoint account iban bank recipient ip net org io',
  urgent:
    'important attention urgent urgently warning critical critically priority mandatory immediately notice alert crucial essential note reminder emergency asap vital imperative',
  user: 'user users human humans customer me i my myself im ive client person',
  text: 'text message messages sentence sentences document documents conversation chat response responses email emails content contents paragraph article passage input story poem page file files string output words phrase line lines',
  question: 'what whats who how why which where when whose can could would should',
  end: 'end ends ended ending finish finished over done close closing terminate conclude eof',
  begin: 'starting beginning top start first begin',
  polite: 'please kindly thanks thank help hi hello hey dear',
  harm: 'bomb bombs weapon weapons drug drugs meth hack hacking malware virus kill killing exploit exploits steal illegal illegally harmful harm dangerous murder explosive explosives terrorist ransomware phishing poison racist offensive violence violent crime criminal fraud hate porn sexual nsfw profanity swear curse suicide',
  authority:
    'creator creators engineer engineers authorized authorised permission permitted permissions debug debugging test testing tester maintenance diagnostic diagnostics audit auditor audited verification verify owner boss ceo supervisor research researcher security maintainer clearance privileges elevated',
  task: 'task tasks job goal goals request requests question questions assignment purpose mission objective query',
  refuse:
    'refuse refuses refusing deny denies decline reject rejected sorry apologize apologise apology lecture warn cant unable refusal inappropriate denied',
  obey: 'obey obeys comply complies follow follows following adhere abide accept fulfill agree respect listen heed honor',
  owned:
    'pwned hacked hijacked hijack injected injection compromised granted success successful owned haha lol pwnd exploited breached',
  shell:
    'whoami passwd shadow eval subprocess os popen getenv environ rm rf bash sh cmd powershell chmod wget netcat nc printenv ssh rsa base64 exec __import__ import require system32 cat ls etc proc xp_cmdshell',
  must: 'must shall always will should have need needs required obliged ensure remember never ought',
  quote:
    'translate translation spell spelling grammar correct summarize summary rephrase rewrite reverse reversed convert encode decode rot13 hex cipher letter letters concatenate characters format uppercase lowercase backwards proofread paraphrase',
  program:
    'function class method variable python javascript java code css html sql script git commit branch file string array object api override overriding compiler array pandas regex react docker kubernetes npm test database table column exception null',
  explain:
    'explain describe define compare difference meaning mean work works example examples concept history best tips ways way steps learn understand overview advantages',
  pretend:
    'pretend pretends pretending imagine hypothetical hypothetically fictional fiction suppose assume game scenario story novel movie dream world universe experiment',
  new: 'new different updated alternative another other fresh revised actual real true additional',
  money: 'money bitcoin transaction transactions payment dollars usd eur price invoice wallet crypto btc rent refund',
}
