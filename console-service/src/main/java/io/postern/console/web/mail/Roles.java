package io.postern.console.web.mail;

import io.postern.console.search.Parameters;

/** A search for somebody as sender, and as recipient. Stateless. */
final class Roles {
  private Roles() {}

  /**
   * The same conditions and one more.
   *
   * @param role from, fromDomain, to or toDomain
   */
  static Parameters with(Parameters p, String role, String who) {
    Parameters copy = new Parameters();
    copy.from = role.equals("from") ? who : p.from;
    copy.fromDomain = role.equals("fromDomain") ? who : p.fromDomain;
    copy.to = role.equals("to") ? who : p.to;
    copy.toDomain = role.equals("toDomain") ? who : p.toDomain;
    copy.messageId = p.messageId;
    copy.queueId = p.queueId;
    copy.reference = p.reference;
    copy.ip = p.ip;
    copy.connector = p.connector;
    copy.organization = p.organization;
    copy.tls = p.tls;
    copy.reason = p.reason;
    copy.state = p.state;
    copy.direction = p.direction;
    copy.rule = p.rule;
    copy.reportedConnector = p.reportedConnector;
    copy.reportedResult = p.reportedResult;
    copy.reportedRule = p.reportedRule;
    copy.since = p.since;
    copy.until = p.until;
    copy.limit = p.limit;
    return copy;
  }
}
