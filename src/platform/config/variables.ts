import {
  bytes,
  email,
  key256,
  list,
  oneOf,
  password,
  places,
  type Reader,
  seconds,
  text,
  url,
  virtualKey,
  whole,
} from './read.ts'

/** One variable of the static configuration. */
export interface Variable<T> {
  /** Its name in the environment. */
  readonly name: string
  readonly read: Reader<T>
  /** Its text when it is not set; undefined = then there is no value. `{DATA_DIR}` stands for the data directory. */
  readonly fallback: string | undefined
  /** Never printed. `url` = only the password inside is hidden. */
  readonly secret: boolean | 'url'
  readonly summary: string
}

type More = { readonly secret?: boolean | 'url' }

function given<T>(
  name: string,
  fallback: string,
  read: Reader<T>,
  about: { readonly summary: string } & More,
): Variable<T> {
  return { name, fallback, read, secret: about.secret ?? false, summary: about.summary }
}

function optional<T>(
  name: string,
  read: Reader<T>,
  about: { readonly summary: string } & More,
): Variable<T | undefined> {
  return { name, fallback: undefined, read, secret: about.secret ?? false, summary: about.summary }
}

const GIB = 1_073_741_824

/** Every variable that the product reads at start. Policy is not among them: it lives in documents and changes live. */
export const VARIABLES = {
  host: given('GATEHOUSE_HOST', '127.0.0.1', text, { summary: 'Address to listen on.' }),
  port: given('GATEHOUSE_PORT', '8080', whole(0, 65_535), { summary: 'Port to listen on; 0 takes a free one.' }),
  publicUrl: optional('GATEHOUSE_PUBLIC_URL', url('http', 'https'), {
    summary: 'How browsers and clients reach the gateway; http://localhost:PORT when absent.',
  }),
  dataDir: given('GATEHOUSE_DATA_DIR', './data', text, {
    summary: 'Directory of the embedded database, the journal and generated keys.',
  }),
  databaseUrl: given('DATABASE_URL', 'sqlite:{DATA_DIR}/gatehouse.db', url('sqlite', 'postgres', 'postgresql'), {
    summary: 'SQLite for one machine, PostgreSQL for more.',
    secret: 'url',
  }),
  redisUrl: optional('REDIS_URL', url('redis', 'rediss', 'valkey', 'valkeys'), {
    summary: 'Counters shared by several nodes; in the process when absent.',
    secret: 'url',
  }),
  masterKey: optional('GATEHOUSE_MASTER_KEY', key256, {
    summary: 'Wraps the keys of the vault; generated into the data directory when absent.',
    secret: true,
  }),
  kubernetesSecrets: given('GATEHOUSE_KUBERNETES_SECRETS', '/etc/gatehouse/secrets', text, {
    summary: 'Directory below which Kubernetes secrets are mounted, for secret://kubernetes/<secret>/<key>.',
  }),
  retainOperationsDays: optional('GATEHOUSE_RETAIN_OPERATIONS_DAYS', whole(1, 36_600), {
    summary: 'Records of operations are deleted after so many days; sums of usage stay. Kept for ever when absent.',
  }),
  siem: optional('GATEHOUSE_SIEM', list, {
    summary:
      'Where audit entries and operations are sent, as format=place separated by commas: ndjson, cef, ocsf or otlp; https://…, syslog+tls://host:port, file:/path.',
    secret: 'url',
  }),
  siemHeaders: optional('GATEHOUSE_SIEM_HEADERS', text, {
    summary: 'Headers for collectors reached over HTTP: a=b,c=d.',
    secret: true,
  }),
  previousMasterKey: optional('GATEHOUSE_MASTER_KEY_PREVIOUS', key256, {
    summary: 'The master key before GATEHOUSE_MASTER_KEY, for the start that brings a new one in.',
    secret: true,
  }),
  auditAnchors: optional('GATEHOUSE_AUDIT_ANCHORS', places, {
    summary:
      'Where checkpoints of the audit log go besides the data directory, separated by commas: file:/path, https://…, syslog+tls://host:port.',
    secret: 'url',
  }),
  adminEmail: optional('GATEHOUSE_ADMIN_EMAIL', email, { summary: 'First administrator.' }),
  adminPassword: optional('GATEHOUSE_ADMIN_PASSWORD', password, {
    summary: "First administrator's password; generated and printed once when absent.",
    secret: true,
  }),
  bootstrapKey: optional('GATEHOUSE_BOOTSTRAP_KEY', virtualKey, {
    summary: 'The first virtual key has this value: for scripted set-ups.',
    secret: true,
  }),
  smtpUrl: optional('GATEHOUSE_SMTP_URL', url('smtp', 'smtps'), {
    summary: 'Mail server for alerts: smtp://user:password@host:587, or smtps://…:465; no e-mail is sent when absent.',
    secret: 'url',
  }),
  mailFrom: given('GATEHOUSE_MAIL_FROM', 'gatehouse@localhost', email, { summary: 'Sender of e-mails.' }),
  policyPath: optional('GATEHOUSE_POLICY', text, {
    summary: 'File or directory of documents, applied at start and watched.',
  }),
  role: given('GATEHOUSE_ROLE', 'all', oneOf('all', 'gate', 'control', 'worker'), {
    summary: 'What this process does.',
  }),
  nodeName: optional('GATEHOUSE_NODE', text, { summary: 'Name of this process in records; its id when absent.' }),
  logLevel: given('GATEHOUSE_LOG_LEVEL', 'info', oneOf('trace', 'debug', 'info', 'warn', 'error', 'silent'), {
    summary: 'Least level that is logged.',
  }),
  logFormat: given('GATEHOUSE_LOG_FORMAT', 'auto', oneOf('auto', 'json', 'pretty'), {
    summary: 'auto = pretty on a terminal, JSON otherwise.',
  }),
  maxBodyBytes: given('GATEHOUSE_MAX_BODY_BYTES', '32 MiB', bytes(GIB), { summary: 'Longest request body.' }),
  maxAnswerBytes: given('GATEHOUSE_MAX_ANSWER_BYTES', '64 MiB', bytes(GIB), {
    summary: 'Longest answer that is not streamed, and longest decompressed body.',
  }),
  maxExchanges: given('GATEHOUSE_MAX_EXCHANGES', '9000', whole(1, 1_000_000), {
    summary: 'Operations open at once; beyond it 503 with Retry-After.',
  }),
  drainMs: given('GATEHOUSE_DRAIN_SECONDS', '30', seconds(3_600), {
    summary: 'How long open answers may run on after SIGTERM.',
  }),
  connectTimeoutMs: given('GATEHOUSE_CONNECT_TIMEOUT_SECONDS', '10', seconds(300), {
    summary: 'Longest wait for a connection to an upstream.',
  }),
  extraCaFile: optional('GATEHOUSE_CA_FILE', text, {
    summary: 'PEM file of certificates to trust besides the public ones.',
  }),
  httpsProxy: optional('HTTPS_PROXY', text, { summary: 'Proxy that outbound calls go through.', secret: 'url' }),
  httpProxy: optional('HTTP_PROXY', text, { summary: 'Proxy that outbound http calls go through.', secret: 'url' }),
  otlpEndpoint: optional('OTEL_EXPORTER_OTLP_ENDPOINT', url('http', 'https'), {
    summary: 'OpenTelemetry collector (OTLP over HTTP, JSON); no traces are sent when absent.',
    secret: 'url',
  }),
  otlpHeaders: optional('OTEL_EXPORTER_OTLP_HEADERS', text, {
    summary: 'Headers for the collector: a=b,c=d.',
    secret: true,
  }),
  serviceName: given('OTEL_SERVICE_NAME', 'gatehouse', text, { summary: 'Name of the service in traces.' }),
  maxHttpRequests: optional('BUN_CONFIG_MAX_HTTP_REQUESTS', whole(1, 1_000_000), {
    summary:
      'Upstream connections at once. The runtime reads it before it starts, so whatever starts the process must set it.',
  }),
} as const satisfies Readonly<Record<string, Variable<unknown>>>

/** Variables of vendors whose presence offers the matching provider on a fresh start. */
export const VENDOR_VARIABLES: Readonly<Record<string, string>> = Object.freeze({
  OPENAI_API_KEY: 'openai',
  ANTHROPIC_API_KEY: 'anthropic',
  GEMINI_API_KEY: 'gemini',
  AZURE_OPENAI_API_KEY: 'azure-openai',
  AWS_ACCESS_KEY_ID: 'bedrock',
  AWS_BEARER_TOKEN_BEDROCK: 'bedrock',
  MISTRAL_API_KEY: 'mistral',
  COHERE_API_KEY: 'cohere',
  GROQ_API_KEY: 'groq',
  DEEPSEEK_API_KEY: 'deepseek',
  XAI_API_KEY: 'xai',
  TOGETHER_API_KEY: 'together',
  FIREWORKS_API_KEY: 'fireworks',
  OPENROUTER_API_KEY: 'openrouter',
  PERPLEXITY_API_KEY: 'perplexity',
  NVIDIA_API_KEY: 'nvidia',
  HF_TOKEN: 'huggingface',
  OLLAMA_HOST: 'ollama',
})
