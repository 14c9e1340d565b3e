import { BlockList, isIP } from 'node:net';
import { ConfigInvalid } from '../../domain/errors.ts';

/** What set-up may reach. */
export interface RegistryList {
  /** Whether a host and port are listed. An address is only where it is listed as it stands. */
  names(host: string, port: number): boolean;
  /** Whether a name may lead to this address: public, or itself listed. */
  leadsTo(address: string): boolean;
}

/**
 * Ranges that are not the public internet: RFC 6890 and its kin. IPv4 addresses written as `::ffff:` IPv6
 * are held against the IPv4 ranges by `BlockList` itself.
 */
const privateRanges: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 32],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
];

/** Finds the list as it is first wanted: asking every package manager takes longer than a run's start should. */
export type RegistriesOf = () => Promise<RegistryList>;

const familyOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

/**
 * Reads a list of `host`, `host:port`, an address, or `address/bits`; the port is 443 unless given. A
 * range, or a bare address, lets listed names lead there. Throws `ConfigInvalid`.
 */
export function registryList(entries: readonly string[]): RegistryList {
  const named = new Set<string>();
  const opened = new BlockList();
  for (const entry of entries) {
    const { host, port, bits } = parsed(entry);
    if (isIP(host) !== 0 && bits !== undefined) opened.addSubnet(host, bits, familyOf(host));
    else named.add(`${host}:${port}`);
    if (isIP(host) !== 0 && bits === undefined) opened.addAddress(host, familyOf(host));
  }
  const closed = new BlockList();
  for (const [address, bits] of privateRanges) closed.addSubnet(address, bits, familyOf(address));
  return {
    names: (host, port) => named.has(`${host.toLowerCase()}:${port}`),
    leadsTo: (address) => {
      const family = familyOf(address);
      return opened.check(address, family) || !closed.check(address, family);
    },
  };
}

function parsed(entry: string): { host: string; port: number; bits?: number } {
  const text = entry.trim().toLowerCase();
  if (isIP(text) !== 0) return { host: text, port: 443 };
  const range = /^(.+)\/(\d{1,3})$/.exec(text);
  if (range?.[1] !== undefined && isIP(range[1]) !== 0) {
    const bits = Number(range[2]);
    if (bits <= (isIP(range[1]) === 6 ? 128 : 32)) return { host: range[1], port: 443, bits };
  }
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9.-]+))(?::(\d{1,5}))?$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3] ?? 443);
  if (host === undefined || port < 1 || port > 65_535) {
    throw new ConfigInvalid(`not a registry: ${entry} (wanted host, host:port or address/bits)`);
  }
  return { host, port };
}
