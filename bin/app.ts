import { App } from 'aws-cdk-lib';
import { emulatorSynthesizer, fitToEmulator } from '../lib/cdk/emulator-limits.ts';
import { EntropyStack } from '../lib/cdk/entropy-stack.ts';
import { readSettings } from '../lib/cdk/settings.ts';

const app = new App();
const { deployment, emulator } = readSettings((name) => app.node.tryGetContext(name));
const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
const stack = new EntropyStack(app, `Entropy-${deployment.name}`, {
  description: 'Entropy-Playground: labelled issues to verified pull requests',
  ...(account && region ? { env: { account, region } } : {}),
  ...(emulator ? { synthesizer: emulatorSynthesizer() } : {}),
  deployment,
});
if (emulator) fitToEmulator(stack);
app.synth();
