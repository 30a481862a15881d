package io.postern.ingress.session;

import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.SessionFacts;
import io.postern.rules.InboundDecision;
import io.postern.smtp.Reply;

/**
 * A "no" on its way to the client and to mail.refusals.
 *
 * @param rule a connector's restriction, or syntax, sequence, size, log-unavailable, ... (README.md
 *     has the list)
 */
record Refusal(
    Reply reply,
    String rule,
    String organization,
    String connector,
    String verdict,
    Explanation explanation) {

  static Refusal of(int code, String enhanced, String text, String rule) {
    return of(Reply.of(code, enhanced, text), rule);
  }

  static Refusal of(Reply reply, String rule) {
    return new Refusal(reply, rule, "", "", "", Explanation.getDefaultInstance());
  }

  static Refusal of(InboundDecision.Refuse decision) {
    return new Refusal(
        Reply.of(decision.code(), decision.enhanced(), decision.text()),
        decision.rule(),
        decision.organization(),
        decision.connector(),
        decision.verdict(),
        decision.explanation());
  }

  /** The record for mail.refusals. */
  MessageRefused told(SessionFacts session, String command, String reversePath, String recipient) {
    return MessageRefused.newBuilder()
        .setSession(session)
        .setCommand(command)
        .setReversePath(reversePath)
        .setRecipient(recipient)
        .setCode(reply.code())
        .setEnhancedCode(reply.enhanced() == null ? "" : reply.enhanced().toString())
        .setText(reply.text())
        .setRule(rule)
        .setOrganization(organization)
        .setConnector(connector)
        .setVerdict(verdict)
        .setExplanation(explanation)
        .setAtMillis(System.currentTimeMillis())
        .build();
  }
}
