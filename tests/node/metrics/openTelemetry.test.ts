import { DataPointType, MeterProvider, MetricReader, type Histogram } from '@opentelemetry/sdk-metrics';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Metrics } from 'switchboard-realtime';
import { recordMetrics } from 'switchboard-realtime/otel';
import { createRealtimeManager, openLab, quick, untilStatus, type Lab } from '../support/lab.js';
import { Recorder } from '../support/until.js';

let lab: Lab;

beforeAll(async () => {
  lab = await openLab();
});

afterAll(async () => {
  await lab.close();
});

/** Reads the SDK when it is asked to. */
class Reader extends MetricReader {
  protected onForceFlush = (): Promise<void> => Promise.resolve();
  protected onShutdown = (): Promise<void> => Promise.resolve();

  /** What the SDK would export: unit and values, by name and attributes. */
  async read(): Promise<Map<string, { unit: string; value: number | Histogram }>> {
    const { resourceMetrics, errors } = await this.collect();
    expect(errors).toEqual([]);
    const values = new Map<string, { unit: string; value: number | Histogram }>();
    for (const { metrics } of resourceMetrics.scopeMetrics) {
      for (const metric of metrics) {
        const { name, unit } = metric.descriptor;
        expect([DataPointType.SUM, DataPointType.HISTOGRAM]).toContain(metric.dataPointType);
        for (const { attributes, value } of metric.dataPoints) {
          const { project, ...own } = attributes;
          expect(project).toBe('demo');
          values.set([name, ...Object.values(own)].join(' '), { unit, value: value as number | Histogram });
        }
      }
    }
    return values;
  }
}

const insert = (names: readonly string[]): Promise<unknown> =>
  lab.db.query('insert into clients (business_id, full_name) select gen_random_uuid(), unnest($1::text[])', [names]);

/** How many values a histogram has, and whether they are seconds of this test. */
function histogram(entry: { unit: string; value: unknown } | undefined): [unit: string, count: number] {
  const { unit, value } = entry as { unit: string; value: Histogram };
  expect(value.min).toBeGreaterThanOrEqual(0);
  expect(value.max).toBeLessThan(60);
  return [unit, value.count];
}

it('the SDK of OpenTelemetry exports what a manager counts and measures', async () => {
  const reader = new Reader();
  const meter = new MeterProvider({ readers: [reader] }).getMeter('test');
  const manager = createRealtimeManager(quick(lab.backend));
  const reports = new Recorder<Metrics>();
  manager.onMetrics(100, reports.push);
  const stop = recordMetrics(manager, meter, { attributes: { project: 'demo' }, everyMs: 100 });
  expect([...(await reader.read()).keys()].some((name) => name.startsWith('switchboard.joins'))).toBe(false);

  const seen = new Recorder<unknown>();
  manager.subscribe({ table: 'clients' }, seen.push);
  manager.subscribe({ table: 'clients' }, seen.push);
  manager.subscribe({ table: 'clients', delivery: { mode: 'batch', everyMs: 1_000 } }, seen.push);
  manager.channel('room:metrics');
  await untilStatus(manager, 'live', ({ overall }) => overall === 'live');
  await insert(['Ada', 'Grace', 'Edsger']);
  await seen.count('calls', 7);
  lab.backend.faults.drop();
  await reports.until('all measurements', (all) => all.flatMap((each) => each.liveAgainAfterMs).length === 4);
  // The adapter has had its report when the next one comes.
  await reports.count('reports', reports.items.length + 1);

  const values = await reader.read();
  const stats = manager.stats();
  expect(histogram(values.get('switchboard.change.latency'))).toEqual(['s', 4]);
  expect(histogram(values.get('switchboard.live.wait false'))).toEqual(['s', 4]);
  expect(histogram(values.get('switchboard.live.wait true'))).toEqual(['s', 4]);
  expect(values.get('switchboard.connection.count open')).toEqual({ unit: '{connection}', value: 1 });
  expect(values.get('switchboard.connection.count backoff')).toEqual({ unit: '{connection}', value: 0 });
  expect(values.get('switchboard.subscription.count live')).toEqual({ unit: '{subscription}', value: 4 });
  expect(values.get('switchboard.connects')).toEqual({ unit: '{connect}', value: 2 });
  expect(values.get('switchboard.joins')).toEqual({ unit: '{join}', value: stats.counters.joins });
  expect(values.get('switchboard.changes')).toEqual({ unit: '{change}', value: 3 });
  expect(values.get('switchboard.deliveries')).toEqual({ unit: '{change}', value: 9 });
  expect(values.get('switchboard.filled')).toEqual({ unit: '{message}', value: 0 });
  expect(values.get('switchboard.gaps.opened')).toEqual({ unit: '{gap}', value: 3 });
  expect(values.get('switchboard.gaps.over')).toEqual({ unit: '{gap}', value: 3 });
  expect(values.get('switchboard.gaps.refetched')).toEqual({ unit: '{gap}', value: 0 });
  expect(values.get('switchboard.callback.errors')).toEqual({ unit: '{error}', value: 0 });
  expect(values.get('switchboard.network.io transmit')?.unit).toBe('By');
  expect(values.get('switchboard.network.io receive')?.value).toBeGreaterThan(1_000);

  stop();
  await manager.dispose();
  const calls = reports.items.length;
  const last = await reader.read();
  expect(histogram(last.get('switchboard.change.latency'))).toEqual(['s', 4]);
  expect(reports.items.length).toBe(calls);
});
