import middy from '@middy/core';
import { composeStores } from '../lib/aws/compose-stores.ts';
import { functionEnvironment } from '../lib/aws/environment.ts';
import type { StageAttempt } from '../lib/domain/stage.ts';
import { closeStage } from '../lib/services/lifecycle/close-stage.ts';

const stores = composeStores(functionEnvironment(process.env));

/** Ends an attempt and judges it by its handoff; without one it throws the domain's error. */
export const handler = middy<StageAttempt>().handler((attempt) => closeStage(stores, attempt));
