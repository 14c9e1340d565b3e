import { expect, test } from '@jest/globals';
import { synthesized } from './synthesized.ts';

const dns = synthesized();

test('one route leads in', () => {
  expect(dns.only('AWS::ApiGatewayV2::Route').RouteKey).toBe('POST /github/webhook');
});

test('is throttled, and its log tells nothing of headers or bodies', () => {
  const { DefaultRouteSettings, AccessLogSettings } = dns.only('AWS::ApiGatewayV2::Stage');
  expect(DefaultRouteSettings).toEqual({ ThrottlingRateLimit: 20, ThrottlingBurstLimit: 50 });
  const group = AccessLogSettings.DestinationArn['Fn::GetAtt'][0];
  expect(dns.resources[group]?.Properties.RetentionInDays).toBe(30);
  expect(AccessLogSettings.Format).toContain('$context.status');
  expect(AccessLogSettings.Format).not.toMatch(/header|signature|input|body/i);
});
