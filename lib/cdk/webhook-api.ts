import { RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  HttpApi,
  HttpMethod,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

/** Requests a second that reach the function; GitHub sends far fewer, and sends again what was refused. */
const rate = { rateLimit: 20, burstLimit: 50 };

/** What the access log tells of a request: nothing of its headers or its body. */
const accessLogFormat = JSON.stringify({
  requestId: '$context.requestId',
  time: '$context.requestTime',
  sourceIp: '$context.identity.sourceIp',
  route: '$context.routeKey',
  status: '$context.status',
  bytes: '$context.responseLength',
  milliseconds: '$context.responseLatency',
  error: '$context.integrationErrorMessage',
});

/** The one way in from the internet for GitHub: `POST /github/webhook`. */
export class WebhookApi extends Construct {
  /** What to give GitHub as the webhook's URL. */
  readonly url: string;

  constructor(scope: Construct, id: string, { webhook }: { readonly webhook: IFunction }) {
    super(scope, id);
    const api = new HttpApi(this, 'Api', { createDefaultStage: false });
    const path = '/github/webhook';
    const routes = api.addRoutes({
      path,
      methods: [HttpMethod.POST],
      integration: new HttpLambdaIntegration('Webhook', webhook),
    });
    for (const route of routes) {
      acknowledge(
        route,
        'AwsSolutions-APIG4',
        'GitHub can sign but not log in: the function checks the signature over the raw body before all else',
      );
    }
    const logs = new LogGroup(this, 'AccessLogs', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const stage = new HttpStage(this, 'Stage', {
      httpApi: api,
      stageName: '$default',
      autoDeploy: true,
      throttle: rate,
      accessLogSettings: {
        destination: new LogGroupLogDestination(logs),
        format: AccessLogFormat.custom(accessLogFormat),
      },
    });
    this.url = `${stage.url.replace(/\/$/, '')}${path}`;
  }
}
