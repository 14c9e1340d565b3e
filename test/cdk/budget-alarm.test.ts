import { expect, test } from '@jest/globals';
import { synthesized } from './synthesized.ts';

test('a month that costs too much is told, in fact and in forecast', () => {
  const { Budget, NotificationsWithSubscribers } = synthesized({ monthlyDollars: 80 }).only(
    'AWS::Budgets::Budget',
  );
  expect(Budget).toMatchObject({
    BudgetType: 'COST',
    TimeUnit: 'MONTHLY',
    BudgetLimit: { Amount: 80, Unit: 'USD' },
  });
  expect(Budget).not.toHaveProperty('CostFilters');
  const told = NotificationsWithSubscribers.map(
    ({ Notification }: { Notification: { NotificationType: string; Threshold: number } }) =>
      `${Notification.NotificationType} ${Notification.Threshold}`,
  );
  expect(told).toEqual(['ACTUAL 80', 'ACTUAL 100', 'FORECASTED 100']);
  for (const { Subscribers } of NotificationsWithSubscribers) {
    expect(Subscribers).toEqual([{ SubscriptionType: 'SNS', Address: expect.anything() }]);
  }
});

test('it can count the deployment alone', () => {
  const { Budget } = synthesized({ budgetByTag: true, name: 'two' }).only('AWS::Budgets::Budget');
  expect(Budget.CostFilters).toEqual({ TagKeyValue: ['user:entropy$two'] });
});
