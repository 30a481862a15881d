package io.postern.policy.partner;

import io.postern.contracts.Spelling;
import io.postern.contracts.v1.SessionFacts;
import java.time.Instant;
import java.util.List;

/** The making of a {@link WatchedSession}, of which records say different parts. One thread. */
final class WatchedSessionBuilder {
  private static final int MOST_NAMES = 20;

  private final SessionFacts facts;
  private final List<String> names;
  private final Instant at;
  private final String result;
  private final String senderDomain;
  private final List<String> claims;
  private List<String> recipientDomains = List.of();
  private long count = 1;
  private String connector = "";
  private String queueId = "";
  private String reference = "";
  private int code;
  private String text = "";
  private String rule = "";
  private String verdict = "";
  private String summary = "";
  private List<ConditionView> conditions = List.of();

  WatchedSessionBuilder(
      SessionFacts facts,
      List<String> names,
      Instant at,
      String result,
      String senderDomain,
      List<String> claims) {
    this.facts = facts;
    this.names = names;
    this.at = at;
    this.result = result;
    this.senderDomain = senderDomain;
    this.claims = claims;
  }

  WatchedSessionBuilder explanation(String said, List<ConditionView> given) {
    summary = said;
    conditions = given;
    return this;
  }

  WatchedSessionBuilder recipients(List<String> domains) {
    recipientDomains = domains;
    return this;
  }

  WatchedSessionBuilder count(long sessions) {
    count = sessions;
    return this;
  }

  WatchedSessionBuilder result(
      String by,
      String queue,
      String refusal,
      int reply,
      String said,
      String ruled,
      String judged) {
    connector = by;
    queueId = queue;
    reference = refusal;
    code = reply;
    text = said;
    rule = ruled;
    verdict = judged;
    return this;
  }

  WatchedSession build() {
    String tls =
        facts.getTls()
            ? Spelling.of(facts.getTlsFacts().getVersion())
                + " "
                + facts.getTlsFacts().getCipherSuite()
            : "none";
    return new WatchedSession(
        at.toString(),
        result,
        count,
        facts.getClientIp(),
        facts.getGreeting(),
        tls,
        names.stream().limit(MOST_NAMES).toList(),
        senderDomain,
        recipientDomains,
        claims,
        connector,
        queueId,
        reference,
        code,
        text,
        rule,
        verdict,
        summary,
        conditions);
  }
}
