import { expect, test } from 'bun:test'
import { metricsRegistry } from './metrics.ts'

test('counters, gauges and histograms are written as Prometheus reads them', () => {
  const metrics = metricsRegistry()
  const requests = metrics.counter({ name: 'requests_total', help: 'All\nof them', labels: ['model', 'outcome'] })
  requests.labels('a"b\\c\nd', 'ok').add()
  requests.labels('a"b\\c\nd', 'ok').add(2)
  metrics.gauge({ name: 'open', help: 'Open' }).labels().set(1.5)
  const seconds = metrics.histogram({ name: 'seconds', help: 'Time', labels: ['x'], buckets: [0.1, 1] }).labels('y')
  for (const value of [0.1, 0.5, 7]) seconds.observe(value)
  expect(metrics.expose()).toBe(`# HELP requests_total All\\nof them
# TYPE requests_total counter
requests_total{model="a\\"b\\\\c\\nd",outcome="ok"} 3
# HELP open Open
# TYPE open gauge
open 1.5
# HELP seconds Time
# TYPE seconds histogram
seconds_bucket{x="y",le="0.1"} 1
seconds_bucket{x="y",le="1"} 2
seconds_bucket{x="y",le="+Inf"} 3
seconds_sum{x="y"} 7.6
seconds_count{x="y"} 3
`)
})

test('a counter never falls, and a metric without labels is there from the start', () => {
  const metrics = metricsRegistry()
  const counter = metrics.counter({ name: 'a_total', help: 'A' })
  expect(metrics.expose()).toContain('a_total 0\n')
  counter.labels().add(-1)
  counter.labels().add(Number.NaN)
  expect(metrics.expose()).toContain('a_total 0\n')
})

test('beyond its bound a family puts new label values together as other', () => {
  const metrics = metricsRegistry()
  const family = metrics.counter({ name: 'a_total', help: 'A', labels: ['user'], maxChildren: 2 })
  for (const user of ['a', 'b', 'c', 'd', 'a']) family.labels(user).add()
  const lines = metrics
    .expose()
    .split('\n')
    .filter((line) => line.startsWith('a_total'))
  expect(lines).toEqual(['a_total{user="a"} 2', 'a_total{user="b"} 1', 'a_total{user="other"} 2'])
})

test('mistakes of declaration are told at once', () => {
  const metrics = metricsRegistry()
  const family = metrics.counter({ name: 'a_total', help: 'A', labels: ['x'] })
  expect(() => metrics.gauge({ name: 'a_total', help: 'A' })).toThrow('twice')
  expect(() => metrics.gauge({ name: 'a-b', help: 'A' })).toThrow('cannot name')
  expect(() => family.labels()).toThrow('1 labels')
})

test('values that are looked at are read at each scrape', () => {
  const metrics = metricsRegistry()
  const gauge = metrics.gauge({ name: 'queue', help: 'Q' }).labels()
  let length = 0
  metrics.onScrape(() => gauge.set(++length))
  metrics.expose()
  expect(metrics.expose()).toContain('queue 2\n')
})

test('a value that holds NUL stays in its own label', () => {
  const metrics = metricsRegistry()
  const family = metrics.counter({ name: 'a_total', help: 'A', labels: ['model', 'outcome'] })
  family.labels('m\u0000failed', 'ok').add()
  expect(metrics.expose()).toContain('a_total{model="m failed",outcome="ok"} 1\n')
})
