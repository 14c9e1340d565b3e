import { expect, test } from '@jest/globals';
import { programsOf } from '../../lib/agent/stage-work.ts';

const folders = { path: '', home: '', tmp: '', lang: 'C' };
const inImage = { ...folders, toolsUser: 10_002 };

test("tools find the machine's programs, but for an image, where they have a user of their own", () => {
  expect(programsOf({ sandbox: folders, egress: 'open' })).toBe('machine');
  expect(programsOf({ sandbox: folders, egress: 'gateway' })).toBe('machine');
  expect(programsOf({ sandbox: inImage, egress: 'gateway' })).toBe('docker');
  expect(programsOf({ sandbox: inImage, egress: 'open' })).toBe('fargate');
});
