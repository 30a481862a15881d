package io.postern.operator.audit;

import io.postern.contracts.Topics;

/**
 * The topics, in the order in which the audit folds a partition: Decisions before the sources that
 * they settle, and before the outcomes that settle them.
 */
enum Topic {
  ACCEPTED(Topics.MAIL_ACCEPTED),
  NOTICES(Topics.MAIL_NOTICES),
  DELIVERIES(Topics.MAIL_DELIVERIES),
  DUE(Topics.MAIL_DUE),
  SCHEDULE_OUTCOMES(Topics.MAIL_SCHEDULE_OUTCOMES),
  OUTCOMES(Topics.MAIL_OUTCOMES),
  SCHEDULE(Topics.SCHEDULE);

  private final String topicName;

  Topic(String topicName) {
    this.topicName = topicName;
  }

  String topicName() {
    return topicName;
  }
}
