package io.postern.delivery.recipients;

import io.postern.contracts.Texts;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.RecipientAnswer;
import io.postern.contracts.v1.RecipientExistence;
import io.postern.contracts.v1.RecipientValidation;
import io.postern.contracts.v1.RemoteReply;
import io.postern.delivery.position.Ownership;
import io.postern.delivery.recipients.MailboxQuestion.Answer;
import io.postern.rules.Directory;
import io.postern.rules.OutboundMail;
import io.postern.rules.outbound.OutboundDecision;
import io.postern.rules.outbound.OutboundRules;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The question to the host that has the mailboxes of a domain: the one to which a delivery of mail
 * from outside would go now, by the same rules, with the same TLS requirement, since an address
 * must not go where the mail itself may not. Any thread; it blocks, bounded by the time-outs.
 */
final class RecipientProbe {
  private static final int MOST_TEXT = 100;
  private static final int MOST_DETAIL = 256;

  private final Supplier<Optional<Directory>> directory;
  private final MailboxQuestion.Hosts hosts;
  private final Ownership ownership;

  /**
   * @param ownership not held: nothing more is asked, the service stops
   */
  RecipientProbe(
      Supplier<Optional<Directory>> directory, MailboxQuestion.Hosts hosts, Ownership ownership) {
    this.directory = directory;
    this.hosts = hosts;
    this.ownership = ownership;
  }

  /** One answer for each address. */
  List<RecipientAnswer> ask(String domain, List<String> addresses) throws InterruptedException {
    Optional<Directory> current = directory.get();
    if (current.isEmpty()) {
      return unknown(domain, addresses, -1, "the directory cannot be read now");
    }
    Optional<AcceptedDomain> accepted = current.get().acceptedDomain(domain);
    if (accepted.isEmpty()
        || accepted.get().getRecipientValidation()
            != RecipientValidation.RECIPIENT_VALIDATION_MAILBOX_ROUTE) {
      return unknown(domain, addresses, -1, domain + " has no recipientValidation: mailboxRoute");
    }
    String organization = accepted.get().getOrganization();
    long version = current.get().routingVersion(organization);
    return switch (OutboundRules.decide(
        current.get(), OutboundMail.to(organization, Direction.INCOMING, domain).withoutRules())) {
      case OutboundDecision.Deliver decision ->
          ask(domain, addresses, organization, version, decision);
      case OutboundDecision.Hold(String reason, var explanation) ->
          unknown(domain, addresses, version, reason + ": " + explanation.getSummary());
      case OutboundDecision.Fail failure ->
          unknown(domain, addresses, version, failure.reason() + ": " + failure.text());
    };
  }

  private List<RecipientAnswer> ask(
      String domain,
      List<String> addresses,
      String organization,
      long version,
      OutboundDecision.Deliver decision)
      throws InterruptedException {
    Map<String, Answer> answers =
        hosts.ask(organization, decision.nextHop(), decision.requirement(), addresses, ownership);
    return answers.entrySet().stream()
        .map(each -> answer(domain, each.getKey(), version, each.getValue()))
        .toList();
  }

  private static RecipientAnswer answer(
      String domain, String address, long version, Answer answer) {
    RecipientAnswer.Builder published =
        RecipientAnswer.newBuilder()
            .setAddress(address)
            .setDomain(domain)
            .setExistence(answer.existence())
            .setRoutingVersion(version)
            .setDetail(Texts.cut(answer.detail(), MOST_DETAIL));
    RemoteReply reply = answer.reply();
    if (answer.existence() != RecipientExistence.RECIPIENT_EXISTS && reply != null) {
      published.setReply(reply.toBuilder().setText(Texts.cut(reply.getText(), MOST_TEXT)));
    }
    return published.build();
  }

  private static List<RecipientAnswer> unknown(
      String domain, List<String> addresses, long version, String why) {
    return addresses.stream().map(address -> unknown(domain, address, version, why)).toList();
  }

  static RecipientAnswer unknown(String domain, String address, long version, String why) {
    return RecipientAnswer.newBuilder()
        .setAddress(address)
        .setDomain(domain)
        .setExistence(RecipientExistence.RECIPIENT_UNKNOWN)
        .setRoutingVersion(version)
        .setDetail(Texts.cut(why, MOST_DETAIL))
        .build();
  }
}
