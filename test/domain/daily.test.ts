import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { admitToday, type DayEntry, dayOf } from '../../lib/domain/daily.ts';

test('a day is a UTC day', () => {
  expect(dayOf(Date.parse('2026-01-31T23:59:59.999Z'))).toBe('2026-01-31');
  expect(dayOf(Date.parse('2026-02-01T00:00:00+01:00'))).toBe('2026-01-31');
});

describe('admitToday', () => {
  const ask = (entries: DayEntry[], caps: { runs?: number; usd?: number }, dollars = 5) =>
    admitToday(entries, { run: 'r-new', dollars, caps });

  test('without caps everything is let in, with its whole budget', () => {
    const many = Array.from({ length: 1000 }, (_, n) => ({ run: `r-${n}`, dollars: 5 }));
    expect(ask(many, {})).toEqual({ admitted: true, dollars: 5 });
  });

  test('daily.runs', () => {
    const one = [{ run: 'r-1', dollars: 0 }];
    expect(ask(one, { runs: 2 }).admitted).toBe(true);
    const refused = ask(one, { runs: 1 });
    expect(refused).toEqual({
      admitted: false,
      reason: expect.stringMatching(/^daily\.runs is 1, .*tomorrow, or raise the cap$/),
    });
    expect(ask([], { runs: 0 }).admitted).toBe(false);
  });

  test('daily.usd leaves what there is, and nothing below a cent', () => {
    expect(ask([{ run: 'r-1', dollars: 8 }], { usd: 10 })).toEqual({ admitted: true, dollars: 2 });
    expect(ask([{ run: 'r-1', dollars: 9.995 }], { usd: 10 })).toEqual({
      admitted: false,
      reason: expect.stringMatching(/^daily\.usd is \$10\.00, .*\$9\.99|\$10\.00/),
    });
  });

  test('whatever comes in whatever order, what is allowed stays within the cap', () => {
    const asks = fc.array(fc.double({ min: 0.01, max: 50, noNaN: true }), { maxLength: 40 });
    fc.assert(
      fc.property(asks, fc.double({ min: 0.01, max: 100, noNaN: true }), (wanted, usd) => {
        const entries: DayEntry[] = [];
        wanted.forEach((dollars, n) => {
          const let_ = admitToday(entries, { run: `r-${n}`, dollars, caps: { usd } });
          if (let_.admitted) entries.push({ run: `r-${n}`, dollars: let_.dollars });
        });
        const sum = entries.reduce((total, entry) => total + entry.dollars, 0);
        expect(sum).toBeLessThanOrEqual(usd + 1e-9);
      }),
    );
  });
});
