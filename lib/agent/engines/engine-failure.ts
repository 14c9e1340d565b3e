import type { EngineName } from '../../domain/engine.ts';
import { notInstalled } from '../../domain/engine.ts';
import { AgentStuck, ConfigInvalid, type DomainError, StageLost } from '../../domain/errors.ts';
import type { Heard } from './cli.ts';
import type { CliEnd } from './run-cli.ts';

/**
 * Why a program's run is no success, by the domain's name; undefined where it may be one. What the gateway answered
 * stands over what the program makes of it.
 */
export function failureOf(
  name: EngineName,
  end: CliEnd,
  heard: Heard,
  answered: DomainError | undefined,
): DomainError | undefined {
  if (end.stopped !== undefined) return end.stopped;
  if (answered !== undefined) return answered;
  if (heard.exhausted) return new AgentStuck(`${name} used all its turns and left no result`);
  const { exitCode, signal } = end.result;
  if (exitCode === 0 && heard.fault === undefined) return undefined;
  if (exitCode === 127 || exitCode === 126) {
    return new ConfigInvalid(`${notInstalled(name)} (${end.errors.slice(-200)})`);
  }
  const how = exitCode === null ? `was ended by ${signal}` : `ended with exit code ${exitCode}`;
  const why = heard.fault ?? end.errors ?? '';
  return new StageLost(`${name} ${how}${why === '' ? '' : `: ${why.slice(0, 500)}`}`);
}
