package io.postern.rules;

import io.postern.contracts.v1.ConnectorMode;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.RoutingRule;
import io.postern.contracts.v1.RuleScope;
import io.postern.rules.address.AddressList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * A routing rule with its texts parsed once per directory snapshot. A header field counts in
 * originating mail only: anybody can write one into mail from outside. Immutable; equal only to
 * itself.
 */
public final class RoutingEntry {
  static final Comparator<RoutingRule> RULES =
      Comparator.comparing(RoutingRule::getPriority).thenComparing(RoutingRule::getName);
  static final Comparator<RoutingEntry> ORDER = Comparator.comparing(entry -> entry.rule, RULES);

  /** Whether a condition holds; of a header section that is cut it may not be known. */
  public enum Holds {
    YES,
    NO,
    /** The field is not in the part of the header section that was recorded. */
    NOT_RECORDED,
    /** A newer version wrote the rule. */
    NOT_READABLE
  }

  /**
   * @param condition the parameter that decided
   * @param why a sentence, without values of the mail's header
   */
  public record Answer(Holds holds, String condition, String why) {}

  public final RoutingRule rule;
  public final String subject;
  private final AddressList senders;
  private final AddressList recipients;
  private final AddressList exceptSenders;
  private final AddressList exceptRecipients;
  private final Words words;
  private final Words exceptWords;
  private boolean readable;

  /** Equal only to itself: what a header answered for it is kept under it. */
  private static final class Words {
    final List<String> all;

    Words(List<String> words) {
      all = words.stream().map(word -> word.toLowerCase(Locale.ROOT)).toList();
    }
  }

  RoutingEntry(RoutingRule rule) {
    this.rule = rule;
    this.subject = "routing rule " + rule.getOrganization() + "/" + rule.getName();
    readable =
        rule.getFromScope() != RuleScope.UNRECOGNIZED
            && rule.getSentToScope() != RuleScope.UNRECOGNIZED;
    words = new Words(rule.getHeaderWordsList());
    exceptWords = new Words(rule.getExceptHeaderWordsList());
    senders = parsed(rule.getSendersList());
    recipients = parsed(rule.getRecipientsList());
    exceptSenders = parsed(rule.getExceptSendersList());
    exceptRecipients = parsed(rule.getExceptRecipientsList());
  }

  private AddressList parsed(List<String> texts) {
    try {
      return new AddressList(texts);
    } catch (IllegalArgumentException e) {
      readable = false; // RoutingRuleCheck refuses it: a newer writer's
      return new AddressList(List.of());
    }
  }

  public boolean inForce() {
    return rule.getEnabled() && !reportsOnly();
  }

  public boolean reportsOnly() {
    return rule.getEnabled() && rule.getMode() == ConnectorMode.REPORT_ONLY;
  }

  RoutingEntry enforced() {
    return reportsOnly()
        ? new RoutingEntry(rule.toBuilder().setMode(ConnectorMode.ENFORCE).build())
        : this;
  }

  /**
   * Whether the rule gives the mail to its connector.
   *
   * @param sender MAIL FROM
   * @param ownRecipient the recipient's domain is an accepted domain of the organization
   */
  public Answer of(
      OutboundMail mail,
      AddressList.Address sender,
      AddressList.Address recipient,
      boolean ownRecipient) {
    if (!readable) {
      return new Answer(Holds.NOT_READABLE, "conditions", "a newer version wrote it");
    }
    boolean originating = mail.direction() == Direction.ORIGINATING;
    if (!is(rule.getFromScope(), originating)) {
      return no("fromScope", originating ? "an own server sent the mail" : "it came from outside");
    }
    if (!is(rule.getSentToScope(), ownRecipient)) {
      return no(
          "sentToScope",
          mail.recipientDomain()
              + (ownRecipient ? " is" : " is not")
              + " an accepted domain of the organization");
    }
    if (!senders.isEmpty() && !senders.has(sender)) {
      return no("senders", "they do not include MAIL FROM");
    }
    if (!recipients.isEmpty() && !recipients.has(recipient)) {
      return no("recipients", "they do not include the recipient");
    }
    if (exceptSenders.has(sender)) {
      return no("exceptSenders", "they include MAIL FROM");
    }
    if (exceptRecipients.has(recipient)) {
      return no("exceptRecipients", "they include the recipient");
    }
    Holds condition =
        rule.getHeaderField().isEmpty() ? Holds.YES : field(mail, rule.getHeaderField(), words);
    if (condition == Holds.NO) {
      return no("headerField", about(rule.getHeaderField(), false));
    }
    Holds exception =
        rule.getExceptHeaderField().isEmpty()
            ? Holds.NO
            : field(mail, rule.getExceptHeaderField(), exceptWords);
    if (exception == Holds.YES) {
      return no("exceptHeaderField", about(rule.getExceptHeaderField(), true));
    }
    if (condition == Holds.NOT_RECORDED || exception == Holds.NOT_RECORDED) {
      boolean first = condition == Holds.NOT_RECORDED;
      return new Answer(
          Holds.NOT_RECORDED,
          first ? "headerField" : "exceptHeaderField",
          "the recorded part of the header has no field "
              + (first ? rule.getHeaderField() : rule.getExceptHeaderField())
              + ", and the rest was not recorded");
    }
    return new Answer(
        Holds.YES,
        "outboundConnector",
        "its conditions hold"
            + (rule.getHeaderField().isEmpty() ? "" : ": " + about(rule.getHeaderField(), true))
            + (rule.getExceptHeaderField().isEmpty()
                ? ""
                : "; " + about(rule.getExceptHeaderField(), false)));
  }

  private static Answer no(String condition, String why) {
    return new Answer(Holds.NO, condition, why);
  }

  private static String about(String field, boolean has) {
    return "the header field "
        + field
        + (has ? " is there with what the rule looks for" : " is not there, or says otherwise");
  }

  private static boolean is(RuleScope scope, boolean in) {
    return scope == RuleScope.RULE_SCOPE_UNSPECIFIED || (scope == RuleScope.IN_ORGANIZATION) == in;
  }

  private static Holds field(OutboundMail mail, String name, Words words) {
    RecordedHeader header = mail.header();
    if (header == null || mail.direction() != Direction.ORIGINATING) {
      return Holds.NO;
    }
    return header.has(name, words.all, words)
        ? Holds.YES
        : header.cut() ? Holds.NOT_RECORDED : Holds.NO;
  }
}
