import type { ModelChoice, RunSettings } from '../../../lib/domain/run.ts';
import type { GatewayOptions } from '../../../lib/local/gateway/server.ts';
import {
  type ScriptedConversation,
  type ScriptedTurn,
  startScriptedModel,
} from '../../fakes/scripted-model.ts';
import { type World, withWorld } from '../../services/gateway/gateway-fixture.ts';
import { type Client, sessionFor, withGateway } from './client-fixture.ts';

/** Who takes part in a test of model calls. */
export interface Scene {
  readonly world: World;
  readonly coder: Client & {
    readonly grant: { readonly stage: Parameters<World['ports']['stages']['get']>[0] };
  };
  readonly model: Awaited<ReturnType<typeof startScriptedModel>>;
  readonly gateway: Parameters<typeof sessionFor>[1];
}

/** A coder's session, a gateway, and a scripted model behind it. */
export async function scene(
  turns: readonly ScriptedTurn[],
  given: Partial<RunSettings> & {
    options?: Partial<GatewayOptions>;
    /** Another choice of model, at the scripted server. */
    served?: (model: Scene['model']) => Partial<ModelChoice>;
  },
  play: (scene: Scene) => Promise<void>,
): Promise<void> {
  const script: ScriptedConversation = { when: 'You are', turns };
  const model = await startScriptedModel({ turns: [script] });
  const { options = {}, served = () => ({}), ...settings } = given;
  const choice = {
    provider: 'anthropic',
    model: 'claude-sonnet-5-5',
    baseUrl: model.anthropicUrl,
    ...served(model),
  } satisfies ModelChoice;
  try {
    await withWorld({ model: choice, ...settings }, (world) =>
      withGateway(world, options, async (gateway) => {
        const coder = await sessionFor(world, gateway, 'coder');
        await play({ world, coder, model, gateway });
      }),
    );
  } finally {
    await model.close();
  }
}
