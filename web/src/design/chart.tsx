import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'

/** What a {@link TimeChart} draws. */
export interface TimeChartProps {
  /** What it shows, for those who do not see it. */
  readonly label: string
  /** Epoch milliseconds, ascending. */
  readonly at: readonly number[]
  readonly values: readonly number[]
  readonly format: (value: number) => string
  readonly height?: number
}

const SIDE_PX = 56
const LEAST_SPARE_SECONDS = 6 * 3_600

/** Room beside the first and the last bar, seconds: one bar alone stands in the middle of a day, not at the edge of years. */
function spare(min: number, max: number): number {
  return Math.max(LEAST_SPARE_SECONDS, (max - min) * 0.03)
}

/** One series over time as bars; it follows the width of its place and the colours of the page. */
export function TimeChart({ label, at, values, format, height = 160 }: TimeChartProps) {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = place.current
    if (!element) return
    const style = getComputedStyle(element)
    const colour = (name: string) => style.getPropertyValue(name).trim()
    const axis = {
      stroke: colour('--muted'),
      font: '12px Inter Variable',
      grid: { stroke: colour('--border'), width: 1 },
      ticks: { show: false },
    }
    const bars = uPlot.paths.bars?.({ size: [0.7, 24], radius: 0.2 })
    const chart = new uPlot(
      {
        width: element.clientWidth,
        height,
        legend: { show: false },
        cursor: { y: false, points: { show: false } },
        scales: {
          x: { time: true, range: (_, min, max) => [min - spare(min, max), max + spare(min, max)] },
          y: { range: (_, __, max) => [0, max === 0 ? 1 : max * 1.1] },
        },
        axes: [
          { ...axis, grid: { show: false } },
          { ...axis, size: SIDE_PX, values: (_, ticks) => ticks.map((tick) => format(tick)) },
        ],
        series: [
          {},
          {
            label,
            stroke: colour('--accent'),
            fill: colour('--accent'),
            ...(bars ? { paths: bars } : {}),
            points: { show: false },
          },
        ],
      },
      [at.map((time) => time / 1_000), [...values]],
      element,
    )
    const watch = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height }))
    watch.observe(element)
    return () => {
      watch.disconnect()
      chart.destroy()
    }
  }, [at, values, format, height, label])
  return <div ref={place} role="img" aria-label={label} className="w-full overflow-hidden" style={{ height }} />
}
