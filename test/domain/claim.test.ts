import { describe, expect, test } from '@jest/globals';
import {
  acquireClaim,
  type Claim,
  cancelClaim,
  clockSkewMs,
  heartbeatClaim,
  releaseClaim,
} from '../../lib/domain/claim.ts';

const key = 'local:/repository#7';
const request = (run: string, now = 0) => ({ key, run, now, until: now + 100 });
const held: Claim = { key, owner: 'r-1', fence: 4, leaseUntil: 100 };

describe('acquire', () => {
  test('a claim that never was begins at fence 1', () => {
    expect(acquireClaim(undefined, request('r-1'))).toEqual({ ...held, fence: 1 });
  });

  test('a free claim keeps counting', () => {
    expect(acquireClaim({ key, fence: 4 }, request('r-2'))).toEqual({
      key,
      owner: 'r-2',
      fence: 5,
      leaseUntil: 100,
    });
  });

  test('the owner gets the same fence, even after its lease, and is still asked to stop', () => {
    const asked = { ...held, cancelAt: 3 };
    const late = request('r-1', 10_000_000);
    expect(acquireClaim(asked, late)).toEqual({ ...asked, leaseUntil: late.until });
  });

  test.each([0, 100, 100 + clockSkewMs])('a lease that ends at 100 is left alone at %i', (now) => {
    expect(() => acquireClaim(held, request('r-2', now))).toThrow(
      expect.objectContaining({ name: 'ClaimHeld', holder: 'r-1' }),
    );
  });

  test('a lapsed lease goes to another run, and the wish to stop the old one with it', () => {
    const taken = acquireClaim({ ...held, cancelAt: 3 }, request('r-2', 101 + clockSkewMs));
    expect(taken).toEqual({ key, owner: 'r-2', fence: 5, leaseUntil: 201 + clockSkewMs });
  });

  test('over any history of owners the fence only rises', () => {
    let claim: Claim | undefined;
    const fences: number[] = [];
    for (let now = 0; now < 50; now += 1) {
      const run = `r-${now % 3}`;
      claim = acquireClaim(claim, { key, run, now, until: now });
      fences.push(claim.fence);
      claim = releaseClaim(claim, run, claim.fence);
    }
    expect(fences).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
  });
});

describe('heartbeat', () => {
  test('extends the lease of owner and fence', () => {
    expect(heartbeatClaim(held, { ...request('r-1', 60), fence: 4 })).toEqual({
      ...held,
      leaseUntil: 160,
    });
  });

  test('that arrives late shortens no lease', () => {
    expect(heartbeatClaim(held, { ...request('r-1', -50), fence: 4 })).toEqual(held);
    expect(acquireClaim(held, request('r-1', -50))).toEqual(held);
  });

  test.each([
    ['no claim', undefined, 'r-1', 4],
    ['a free claim', { key, fence: 4 }, 'r-1', 4],
    ['another owner', held, 'r-2', 4],
    ['an older fence', held, 'r-1', 3],
    ['a fence that never was', held, 'r-1', 5],
  ])('is refused on %s', (_, found, run, fence) => {
    expect(() => heartbeatClaim(found, { ...request(run), fence })).toThrow(
      expect.objectContaining({ name: 'FenceStale' }),
    );
  });

  test('tells the owner that it was asked to stop', () => {
    expect(() => heartbeatClaim({ ...held, cancelAt: 1 }, { ...request('r-1'), fence: 4 })).toThrow(
      expect.objectContaining({ name: 'Cancelled' }),
    );
  });
});

test('asked to stop twice, the first time stands', () => {
  const asked = cancelClaim(held, 5);
  expect(asked).toEqual({ ...held, cancelAt: 5 });
  expect(cancelClaim(asked, 9)).toBe(asked);
});

test('a release frees the claim under its own fence only', () => {
  expect(releaseClaim({ ...held, cancelAt: 1 }, 'r-1', 4)).toEqual({ key, fence: 4 });
  expect(releaseClaim(held, 'r-1', 3)).toBe(held);
  expect(releaseClaim(held, 'r-2', 4)).toBe(held);
});
