import { describe, expect, test } from 'bun:test'
import { GatewayError } from '../../lib/errors.ts'
import { addressJudge } from './addresses.ts'
import { checkAddresses, readDestination } from './target.ts'

const judge = addressJudge()

/** Whether a URL with its host written as an address may be called on the public and on a private network. */
function verdict(url: string): string {
  const may = (network: 'public' | 'private') => {
    try {
      const { hostname } = readDestination(url, network)
      checkAddresses(hostname, [hostname], { judge, network })
      return 'yes'
    } catch (error) {
      return error instanceof GatewayError && error.code === 'access_denied' ? 'no' : `?${error}`
    }
  }
  return `${may('public')} ${may('private')}`
}

describe('which URLs may be called, on the public and on a private network', () => {
  const rows: readonly (readonly [string, string])[] = [
    ['https://8.8.8.8/', 'yes yes'],
    ['https://1.1.1.1:8443/v1', 'yes yes'],
    ['https://[2606:4700::1111]/', 'yes yes'],
    ['https://[2a00:1450:4001::200e]/', 'yes yes'],
    ['https://[::ffff:8.8.8.8]/', 'yes yes'],
    ['https://[64:ff9b::808:808]/', 'yes yes'],
    ['http://8.8.8.8/', 'no yes'],
    ['https://127.0.0.1/', 'no yes'],
    ['https://127.9.9.9/', 'no yes'],
    ['https://10.1.2.3/', 'no yes'],
    ['https://172.16.0.1/', 'no yes'],
    ['https://172.31.255.255/', 'no yes'],
    ['https://172.32.0.1/', 'yes yes'],
    ['https://192.168.1.1/', 'no yes'],
    ['https://100.64.0.1/', 'no yes'],
    ['https://198.18.0.1/', 'no yes'],
    ['https://192.0.2.1/', 'no yes'],
    ['https://203.0.113.9/', 'no yes'],
    ['https://2130706433/', 'no yes'],
    ['https://0x7f000001/', 'no yes'],
    ['https://0x7f.1/', 'no yes'],
    ['https://0177.0.0.1/', 'no yes'],
    ['https://127.1/', 'no yes'],
    ['https://127.0.0.1./', 'no yes'],
    ['https://①②⑦.0.0.1/', 'no yes'],
    ['https://127。0。0。1/', 'no yes'],
    ['https://%31%32%37.0.0.1/', 'no yes'],
    ['https://[::1]/', 'no yes'],
    ['https://[0:0:0:0:0:0:0:1]/', 'no yes'],
    ['https://[::127.0.0.1]/', 'no yes'],
    ['https://[::ffff:127.0.0.1]/', 'no yes'],
    ['https://[::ffff:7f00:1]/', 'no yes'],
    ['https://[::ffff:0:127.0.0.1]/', 'no yes'],
    ['https://[64:ff9b::7f00:1]/', 'no yes'],
    ['https://[64:ff9b::a9fe:a9fe]/', 'no no'],
    ['https://[64:ff9b:1::1]/', 'no no'],
    ['https://[2002:7f00:1::]/', 'no no'],
    ['https://[2001:0:4136:e378::]/', 'no no'],
    ['https://[2001:db8::1]/', 'no no'],
    ['https://[fc00::1]/', 'no yes'],
    ['https://[fd12:3456::1]/', 'no yes'],
    ['https://[fe80::1]/', 'no no'],
    ['https://[fec0::1]/', 'no no'],
    ['https://[ff02::1]/', 'no no'],
    ['https://[::]/', 'no no'],
    ['https://[::ffff:169.254.169.254]/', 'no no'],
    ['https://[::169.254.169.254]/', 'no no'],
    ['https://[fd00:ec2::254]/', 'no no'],
    ['https://[fd20:ce::254]/', 'no no'],
    ['http://169.254.169.254/latest/meta-data', 'no no'],
    ['http://2852039166/', 'no no'],
    ['http://169.254.170.2/', 'no no'],
    ['http://100.100.100.200/', 'no no'],
    ['http://168.63.129.16/', 'no no'],
    ['http://192.0.0.192/', 'no no'],
    ['http://0.0.0.0/', 'no no'],
    ['http://0/', 'no no'],
    ['http://224.0.0.1/', 'no no'],
    ['http://255.255.255.255/', 'no no'],
    ['https://user:pass@8.8.8.8/', 'no no'],
    ['https://token@8.8.8.8/', 'no no'],
    ['ftp://8.8.8.8/', 'no no'],
    ['file:///etc/passwd', 'no no'],
    ['unix:/run/docker.sock', 'no no'],
    ['gopher://127.0.0.1/', 'no no'],
    ['data:text/plain,x', 'no no'],
    ['//8.8.8.8/', 'no no'],
    ['https://', 'no no'],
    ['', 'no no'],
  ]
  for (const [url, expected] of rows)
    test(`${url || '(empty)'} → ${expected}`, () => expect(verdict(url)).toBe(expected))
})

describe('names', () => {
  const allowed = (addresses: readonly string[]) => {
    try {
      checkAddresses('x.example', addresses, { judge, network: 'public' })
      return true
    } catch (error) {
      return error instanceof GatewayError ? error.code : error
    }
  }

  test('a name with one bad address among good ones is refused', () => {
    expect(allowed(['8.8.8.8', '2606:4700::1111'])).toBe(true)
    expect(allowed(['8.8.8.8', '127.0.0.1'])).toBe('access_denied')
    expect(allowed(['8.8.8.8', 'fe80::1%eth0'])).toBe('access_denied')
    expect(allowed([])).toBe('upstream_unreachable')
  })

  test('what the caller reads names neither host nor address', () => {
    try {
      checkAddresses('secret.internal', ['10.0.0.7'], { judge, network: 'public' })
      expect.unreachable()
    } catch (error) {
      const refused = error instanceof GatewayError ? error : undefined
      expect(refused?.publicMessage).not.toMatch(/secret|10\.0/)
      expect(refused?.internalDetail).toContain('10.0.0.7')
    }
  })
})
