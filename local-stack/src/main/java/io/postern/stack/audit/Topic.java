package io.postern.stack.audit;

import io.postern.contracts.Topics;

/** What the audit reads, in the order in which it folds a partition. */
enum Topic {
  ACCEPTED(Topics.MAIL_ACCEPTED),
  NOTICES(Topics.MAIL_NOTICES),
  DUE(Topics.MAIL_DUE),
  DELIVERIES(Topics.MAIL_DELIVERIES),
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
