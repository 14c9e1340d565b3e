import { CfnAlias } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { type Entrance, entrances } from '../domain/entrance.ts';
import type { EntropyFunction } from './function.ts';

/**
 * The ways into the publisher that others are granted, as aliases of its function as it is: who may call an alias may
 * call neither the function itself nor another alias, and the function is told which one it was called by.
 */
export class Entrances extends Construct {
  readonly #arns: ReadonlyMap<Entrance, string>;

  constructor(scope: Construct, id: string, publisher: EntropyFunction) {
    super(scope, id);
    const { functionName } = publisher.function;
    this.#arns = new Map(
      entrances.map((name) => {
        const alias = new CfnAlias(this, name, { functionName, functionVersion: '$LATEST', name });
        return [name, alias.ref];
      }),
    );
  }

  /** An entrance's ARN. */
  arnOf(name: Entrance): string {
    return this.#arns.get(name) as string;
  }
}
