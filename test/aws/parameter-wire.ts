import { SSMClient } from '@aws-sdk/client-ssm';
import { refusal, startWire, type WireAnswer } from './wire.ts';

/** SSM's parameters: what is put can be got, a SecureString in clear only where that is asked for. */
export async function startParameters(
  fault: (operation: string, name: string) => WireAnswer | undefined = () => undefined,
) {
  const values = new Map<string, { readonly type: string; readonly value: string }>();
  const { calls, client } = await startWire(({ operation, body }) => {
    const name = String(body.Name ?? '');
    const failed = fault(operation, name);
    if (failed !== undefined) return failed;
    if (operation === 'AmazonSSM.PutParameter') {
      values.set(name, { type: String(body.Type), value: String(body.Value) });
      return { body: { Version: 1 } };
    }
    const shown = (wanted: string) => {
      const found = values.get(wanted);
      if (found === undefined) return undefined;
      const hidden = found.type === 'SecureString' && body.WithDecryption !== true;
      return { Name: wanted, Type: found.type, Value: hidden ? 'AQICAHg' : found.value };
    };
    if (operation === 'AmazonSSM.GetParameters') {
      return { body: { Parameters: (body.Names as string[]).map(shown).filter(Boolean) } };
    }
    const Parameter = shown(name);
    return Parameter === undefined
      ? refusal(400, 'ParameterNotFound', `no parameter ${name}`)
      : { body: { Parameter } };
  });
  return { calls, values, ssm: new SSMClient(client) };
}
