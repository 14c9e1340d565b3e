import type { Command } from 'commander';
import { type Config, loadConfig } from '../../lib/config.ts';
import { ConfigInvalid } from '../../lib/domain/errors.ts';

/** The configuration of a command that works on this machine alone. Throws `ConfigInvalid` where an account was named. */
export function loadHere(program: Command): Config {
  const config = loadConfig(process.env, program.opts());
  if (config.aws === undefined) return config;
  throw new ConfigInvalid('this works on this machine alone: leave out --aws and ENTROPY_PLACE');
}

/** A deployment in an account, for a command that has no other place. Throws `ConfigInvalid`. */
export function loadThere(program: Command): Config & Required<Pick<Config, 'aws'>> {
  const config = loadConfig(process.env, { ...program.opts(), aws: true });
  if (config.aws === undefined) throw new ConfigInvalid('no deployment is named');
  return { ...config, aws: config.aws };
}
