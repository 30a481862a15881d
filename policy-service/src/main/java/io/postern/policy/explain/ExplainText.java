package io.postern.policy.explain;

import io.postern.policy.explain.ExplainAnswer.In;
import io.postern.policy.explain.ExplainAnswer.Out;
import io.postern.rules.Condition;
import io.postern.rules.ExplainedConnector;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An explanation in sentences, for people. Pure. */
final class ExplainText {
  private final StringBuilder text = new StringBuilder();

  private ExplainText() {}

  static String of(ExplainAnswer answer) {
    ExplainText text = new ExplainText();
    text.all(answer);
    return text.text.toString();
  }

  private void all(ExplainAnswer answer) {
    ExplainAnswer.Facts facts = answer.facts();
    String sender = facts.mailFromDomain();
    line(
        "",
        "A client at "
            + facts.clientIp()
            + (facts.tls() ? ", over TLS" : ", without TLS")
            + (facts.certificateNames().isEmpty()
                ? ", without a certificate"
                : ", with a certificate for " + String.join(", ", facts.certificateNames()))
            + ", sends from "
            + (sender == null ? "the null reverse-path" : sender)
            + ". Directory version "
            + answer.directoryVersion()
            + ".");
    answer.notes().forEach(note -> line("", note));
    answer.recipients().forEach(this::recipient);
  }

  private void recipient(ExplainAnswer.Recipient recipient) {
    line("", "");
    line("", "To " + recipient.recipient() + ":");
    decisions("now ", recipient.now());
    if (recipient.then() != null) {
      decisions("then ", recipient.then());
      recipient.differences().forEach(difference -> line("  differs: ", difference));
      if (recipient.differences().isEmpty()) {
        line("  ", "Then and now are the same.");
      }
    }
    recipient.connectors().forEach(this::connector);
    if (recipient.connectorsLeftOut() > 0) {
      line("  ", recipient.connectorsLeftOut() + " more connectors are further from a match.");
    }
  }

  private void decisions(String when, ExplainAnswer.Decisions decisions) {
    line("  " + when + "in: ", words(decisions.in()));
    if (decisions.incoming() != null) {
      line("  " + when + "in, for the recipient's organization: ", words(decisions.incoming()));
    }
    Out out = decisions.out();
    if (out != null) {
      line(
          "  " + when + "out: ",
          out.result()
              + named(" by connector ", out.connector())
              + named(" to ", out.nextHop())
              + named(", TLS ", out.requirement())
              + named(" (", out.reason(), ")")
              + named(". ", out.because()));
    }
  }

  private static String words(In in) {
    return in.result()
        + (in.code() == null ? "" : " " + in.code() + " " + in.enhancedCode() + " " + in.text())
        + named(", rule ", in.rule())
        + named(", connector ", in.connector())
        + named(", certificate ", in.verdict())
        + named(". ", in.because());
  }

  private void connector(ExplainedConnector connector) {
    line(
        "  ",
        (connector.inbound() ? "inbound connector " : "outbound connector ")
            + connector.organization()
            + "/"
            + connector.name()
            + switch (connector.effect()) {
              case TAKES -> " accepts the mail:";
              case REFUSES -> " refuses the mail:";
              case NONE -> " does nothing:";
            });
    List<Condition> conditions = connector.conditions();
    for (Condition condition : conditions) {
      if (condition.state() != Condition.State.NOT_NEEDED) {
        line(
            "    ",
            switch (condition.state()) {
                  case MET -> "+ ";
                  case NOT_MET -> "- ";
                  case UNKNOWN, NOT_NEEDED -> "? ";
                }
                + condition.parameter()
                + ": "
                + condition.sentence());
      }
    }
  }

  private static String named(String before, @Nullable String value) {
    return named(before, value, "");
  }

  private static String named(String before, @Nullable String value, String after) {
    return value == null || value.isEmpty() ? "" : before + value + after;
  }

  private void line(String indent, String words) {
    text.append(indent).append(words).append('\n');
  }
}
