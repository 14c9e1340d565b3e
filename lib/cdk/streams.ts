import { Duration } from 'aws-cdk-lib';
import { EventSourceMapping, FilterCriteria, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { EntropyFunction } from './function.ts';
import type { RunTable } from './run-table.ts';

/** Who reads the table's stream, and where goes what they can't take. */
export interface StreamsProps {
  readonly table: RunTable;
  readonly dispatch: EntropyFunction;
  readonly ledgerWriter: EntropyFunction;
  readonly failures: IQueue;
}

interface Reader {
  readonly filters: readonly object[];
  readonly batch: number;
  /** Tries before a record is given up; what it told is still in the table, and the sweep looks there. */
  readonly tries: number;
  readonly window?: Duration;
}

const item = (key: 'pk' | 'sk', value: unknown) => ({ Keys: { [key]: { S: [value] } } });
const status = (name: string) => ({ NewImage: { status: { S: [name] } } });

/** A delivery came, a run was queued, a run is over and its slot free, work goes on after a pause. */
const worthDispatching = [
  { eventName: ['INSERT'], dynamodb: item('pk', 'inbox') },
  { eventName: ['INSERT'], dynamodb: { ...item('sk', 'run'), ...status('queued') } },
  { eventName: ['MODIFY'], dynamodb: { ...item('sk', 'run'), ...status('settled') } },
  { eventName: ['REMOVE'], dynamodb: item('pk', 'pause') },
];
const events = [{ eventName: ['INSERT'], dynamodb: item('sk', { prefix: 'event#' }) }];

/** The table's stream: the outbox that no state change can be without. Two readers, as many as a shard allows. */
export class Streams extends Construct {
  constructor(scope: Construct, id: string, props: StreamsProps) {
    super(scope, id);
    this.#read('Dispatch', props, props.dispatch, {
      filters: worthDispatching,
      batch: 10,
      tries: 5,
    });
    this.#read('Ledger', props, props.ledgerWriter, {
      filters: events,
      batch: 100,
      tries: 20,
      window: Duration.seconds(1),
    });
  }

  #read(id: string, props: StreamsProps, reader: EntropyFunction, how: Reader): void {
    props.table.grantStream(reader.role);
    new EventSourceMapping(this, id, {
      target: reader.function,
      eventSourceArn: props.table.table.tableStreamArn ?? '',
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: how.batch,
      ...(how.window ? { maxBatchingWindow: how.window } : {}),
      filters: how.filters.map((filter) =>
        FilterCriteria.filter(filter as Record<string, unknown>),
      ),
      // One record that can't be taken does not hold up the others of its batch, nor its shard for a day.
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      retryAttempts: how.tries,
      maxRecordAge: Duration.hours(12),
      onFailure: new SqsDlq(props.failures),
    }).node.addDependency(reader.role);
  }
}
