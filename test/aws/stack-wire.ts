import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { startWire, type WireAnswer, type WireCall } from './wire.ts';

const xml = { 'content-type': 'text/xml' };

/** An answer of CloudFormation's protocol. */
export function answered(action: string, result: string): WireAnswer {
  const body = `<${action}Response xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><${action}Result>${result}</${action}Result></${action}Response>`;
  return { headers: xml, body };
}

/** A refusal in the same. */
export function refused(status: number, code: string, message: string): WireAnswer {
  const body = `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;
  return { status, headers: xml, body };
}

/** What DescribeStacks says of one stack. */
export function stackXml(status: string, outputs: Readonly<Record<string, string>> = {}): string {
  const members = Object.entries(outputs).map(
    ([key, value]) =>
      `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  return `<Stacks><member><StackName>Entropy-entropy</StackName><StackId>arn:stack/1</StackId><StackStatus>${status}</StackStatus><CreationTime>2026-11-24T00:00:00Z</CreationTime><EnableTerminationProtection>true</EnableTerminationProtection><Outputs>${members.join('')}</Outputs></member></Stacks>`;
}

/** A client of a service that answers so. */
export async function startStacks(answer: (call: WireCall) => WireAnswer) {
  const { calls, client } = await startWire(answer);
  return { calls, client: new CloudFormationClient(client) };
}
