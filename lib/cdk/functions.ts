import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Code } from 'aws-cdk-lib/aws-lambda';
import { FunctionUrlAuthType, InvokeMode } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { EnvironmentName } from '../aws/environment-names.ts';
import { acknowledge } from './acknowledge.ts';
import { Entrances } from './entrances.ts';
import { type Entry, type FunctionName, functionNames, functionShapes } from './entry.ts';
import { EntropyFunction } from './function.ts';

/** What all functions have in common. */
export interface FunctionsProps {
  /** Where an entry's code comes from: bundled, or a stand-in where only the template is wanted. */
  readonly code: (entry: Entry) => Code;
  readonly alarms: ITopic;
  readonly reserved: boolean;
}

/** The functions by name, each with a role that may nothing yet. */
export class Functions extends Construct {
  readonly tracing: ManagedPolicy;
  /** The gateway's address on the internet; its authority is the session, not AWS's. */
  readonly gatewayUrl: string;
  /** Ways into the publisher that others are granted. */
  readonly entrances: Entrances;
  readonly #all: ReadonlyMap<FunctionName, EntropyFunction>;

  constructor(scope: Construct, id: string, { code, alarms, reserved }: FunctionsProps) {
    super(scope, id);
    this.tracing = this.#tracingPolicy();
    this.#all = new Map(
      functionNames.map((name) => {
        const shape = functionShapes[name];
        const made = { shape, code: code(shape.entry), alarms, reserved, tracing: this.tracing };
        return [name, new EntropyFunction(this, name, made)];
      }),
    );
    this.entrances = new Entrances(this, 'Entrances', this.of('lifecycle'));
    // Sandboxes have no AWS credentials to sign with: what is asked without a session is refused.
    this.gatewayUrl = this.of('gateway')
      .function.addFunctionUrl({
        authType: FunctionUrlAuthType.NONE,
        invokeMode: InvokeMode.RESPONSE_STREAM,
      })
      .url.replace(/\/$/, '');
  }

  /** A function by its name. */
  of(name: FunctionName): EntropyFunction {
    return this.#all.get(name) as EntropyFunction;
  }

  /** Tells functions what they go by. */
  tell(
    names: readonly FunctionName[],
    values: Readonly<Partial<Record<EnvironmentName, string>>>,
  ): void {
    for (const name of names) {
      for (const [key, value] of Object.entries(values)) {
        this.of(name).function.addEnvironment(key, value);
      }
    }
  }

  #tracingPolicy(): ManagedPolicy {
    const policy = new ManagedPolicy(this, 'Tracing', {
      description: 'Sends traces to X-Ray',
      statements: [
        new PolicyStatement({
          actions: [
            'xray:PutTraceSegments',
            'xray:PutTelemetryRecords',
            'xray:GetSamplingRules',
            'xray:GetSamplingTargets',
          ],
          resources: ['*'],
        }),
      ],
    });
    acknowledge(
      policy,
      'AwsSolutions-IAM5[Resource::*]',
      'X-Ray knows no resource for what is sent to it',
    );
    return policy;
  }
}
