import { expect, test } from '@jest/globals';
import { registryList } from '../../../lib/services/gateway/registry-list.ts';

test.each([
  ['registry.example.com', 'registry.example.com', 443, true],
  ['registry.example.com', 'REGISTRY.example.com', 443, true],
  ['registry.example.com', 'registry.example.com', 80, false],
  ['registry.example.com', 'a.registry.example.com', 443, false],
  ['registry.example.com', 'registry.example.com.evil.com', 443, false],
  ['localhost:8080', 'localhost', 8080, true],
  ['localhost:8080', 'localhost', 443, false],
  ['[::1]:8080', '::1', 8080, true],
  ['10.0.0.5', '10.0.0.5', 443, true],
  ['10.0.0.0/8', '10.0.0.5', 443, false],
])('%s names %s:%d: %s', (entry, host, port, expected) => {
  expect(registryList([entry]).names(host, port)).toBe(expected);
});

test.each(['8.8.8.8', '140.82.121.4', '2606:4700::6810:84e5'])(
  'a name may lead to the public address %s',
  (address) => {
    expect(registryList([]).leadsTo(address)).toBe(true);
  },
);

test.each([
  '127.0.0.1',
  '10.1.2.3',
  '172.31.0.1',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '0.0.0.0',
  '255.255.255.255',
  '::1',
  '::',
  'fe80::1',
  'fd00::1',
  '::ffff:10.1.2.3',
  '64:ff9b::a01:203',
])('a name may not lead to %s, unless it is listed', (address) => {
  expect(registryList([]).leadsTo(address)).toBe(false);
  expect(registryList([address]).leadsTo(address)).toBe(true);
});

test('a listed range lets names lead there', () => {
  const list = registryList(['10.0.0.0/8', 'fd00::/8']);
  expect(list.leadsTo('10.9.9.9')).toBe(true);
  expect(list.leadsTo('fd12::1')).toBe(true);
  expect(list.leadsTo('192.168.0.1')).toBe(false);
});

test.each([
  'https://example.com',
  'a b',
  'host:0',
  'host:99999',
  '',
  '*.example.com',
  '10.0.0.0/64',
])('%j is no registry', (entry) => {
  expect(() => registryList([entry])).toThrow(expect.objectContaining({ name: 'ConfigInvalid' }));
});
