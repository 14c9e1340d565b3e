import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

/** When to say that it gets dear. */
export interface BudgetAlarmProps {
  /** US dollars a month; what models of other providers cost is not on this bill. */
  readonly monthlyDollars: number;
  /**
   * Counts only what carries this tag. It must be activated as a cost allocation tag first, or nothing ever
   * counts: so without one the whole account counts.
   */
  readonly tag?: { readonly key: string; readonly value: string };
  readonly alarms: ITopic;
}

/** Tells when the month is forecast to cost more than it may, and when it did. */
export class BudgetAlarm extends Construct {
  constructor(scope: Construct, id: string, { monthlyDollars, tag, alarms }: BudgetAlarmProps) {
    super(scope, id);
    const told = [{ subscriptionType: 'SNS', address: alarms.topicArn }];
    const at = (notificationType: 'ACTUAL' | 'FORECASTED', threshold: number) => ({
      notification: {
        notificationType,
        comparisonOperator: 'GREATER_THAN',
        threshold,
        thresholdType: 'PERCENTAGE',
      },
      subscribers: told,
    });
    new CfnBudget(this, 'Budget', {
      budget: {
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: monthlyDollars, unit: 'USD' },
        ...(tag ? { costFilters: { TagKeyValue: [`user:${tag.key}$${tag.value}`] } } : {}),
      },
      notificationsWithSubscribers: [at('ACTUAL', 80), at('ACTUAL', 100), at('FORECASTED', 100)],
    });
  }
}
