package io.postern.ingress.attribution;

import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.ExplanationStep;
import io.postern.contracts.v1.Organization;
import io.postern.rules.Directory;
import io.postern.rules.inbound.InboundDecision;
import io.postern.smtp.Address;
import io.postern.smtp.srs.SenderRewriting;
import io.postern.smtp.srs.WayBack;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The way back to a rewritten sender (docs/guides/sender-rewriting.md), for a recipient that the
 * rules have let in. Only a notification may take it (MAIL FROM:&lt;&gt;, RFC 5321 §4.5.5), only by
 * an address that the recipient's organization has made, and no faster than the {@link ReturnPace}.
 * If the sender behind the address is of a domain that is served here, its organization's
 * connectors decide as well. Thread-safe; a recipient of any other form costs a comparison of four
 * letters.
 */
public final class RewrittenSenders {
  static final String RULE = "senderRewriting";

  /** What becomes of a recipient. */
  public sealed interface Result {}

  /** It is no rewritten address: an ordinary recipient. */
  public record Ordinary() implements Result {}

  /**
   * The mail goes back.
   *
   * @param address where to
   */
  public record Returns(String address) implements Result {}

  /** Nobody gets the mail. */
  public record Refused(InboundDecision.Refuse refusal) implements Result {}

  private static final Result ORDINARY = new Ordinary();

  private final Supplier<Optional<SenderRewriting>> rewriting;
  private final ReturnPace pace;
  private final InstantSource clock;

  /**
   * @param rewriting empty while there are no secrets
   */
  public RewrittenSenders(
      Supplier<Optional<SenderRewriting>> rewriting, ReturnPace pace, InstantSource clock) {
    this.rewriting = rewriting;
    this.pace = pace;
    this.clock = clock;
  }

  /**
   * @param recipient with its domain
   * @param notification the mail has the null reverse-path
   * @param decide the rules' decision about a recipient domain
   */
  public Result of(
      Directory directory,
      Address recipient,
      boolean notification,
      Function<String, InboundDecision> decide) {
    Optional<AcceptedDomain> accepted =
        SenderRewriting.isRewritten(recipient)
            ? directory.acceptedDomain(recipient.asciiDomain())
            : Optional.empty();
    if (accepted.isEmpty()) {
      return ORDINARY;
    }
    String organization = accepted.get().getOrganization();
    // An organization may have other such addresses, of its own server, at its other domains. At a
    // former rewriting domain ours are still taken.
    boolean ours =
        directory
            .organization(organization)
            .map(Organization::getSenderRewritingDomain)
            .filter(accepted.get().getDomain()::equals)
            .isPresent();
    Optional<SenderRewriting> secrets = rewriting.get();
    if (secrets.isEmpty()) {
      return ours
          ? refused(
              organization,
              451,
              "4.3.0",
              "Rewritten senders cannot be processed now, try again later",
              "ingress-service has no secrets for sender rewriting"
                  + " (postern.sender-rewriting.secrets)")
          : ORDINARY;
    }
    Instant now = clock.instant();
    return switch (secrets.get().wayBack(organization, recipient, now)) {
      case WayBack.None none -> ORDINARY;
      case WayBack.Forged forged ->
          ours
              ? refused(
                  organization,
                  550,
                  "5.1.1",
                  "This is not a valid rewritten sender address",
                  "it has the form of a rewritten sender, and its hash matches no configured secret")
              : ORDINARY;
      case WayBack.Expired expired ->
          refused(
              organization,
              550,
              "5.1.1",
              "This address was valid for " + SenderRewriting.VALID_DAYS + " days and has expired",
              "it is the address of a rewritten sender, and too old");
      case WayBack.To(Address sender) -> {
        // Mail that we forwarded came back and was forwarded again: the first forwarder is here.
        Result first = of(directory, sender, notification, decide);
        yield first instanceof Ordinary
            ? back(directory, organization, sender, notification, decide)
            : first;
      }
    };
  }

  /**
   * The refusal of mail that must leave with a rewritten sender (docs/decisions/0086), whose
   * address is too long for that; null: it is not.
   *
   * @param accept the rules' decision
   */
  public static InboundDecision.@Nullable Refuse tooLong(
      Directory directory, String reversePath, InboundDecision.Accept accept) {
    if (!accept.rewriteSender()) {
      return null;
    }
    String domain =
        directory
            .organization(accept.organization())
            .map(Organization::getSenderRewritingDomain)
            .orElse("");
    if (SenderRewriting.fits(domain, Address.parse(reversePath))) {
      return null;
    }
    return refusal(
        accept.organization(),
        550,
        "5.7.60",
        "SMTP; Client does not have permissions to send as this sender. Its domain belongs to"
            + " another organization, and its address is too long to be rewritten",
        "the sender's domain belongs to another organization, and " + SenderRewriting.LENGTH);
  }

  private Result back(
      Directory directory,
      String organization,
      Address sender,
      boolean notification,
      Function<String, InboundDecision> decide) {
    if (!notification) {
      return refused(
          organization,
          550,
          "5.7.1",
          "This address accepts only notifications (MAIL FROM:<>)",
          "it is the address of a rewritten sender, which accepts notifications only");
    }
    String domain = sender.asciiDomain();
    if (directory.acceptedDomain(domain).isPresent()
        && decide.apply(domain) instanceof InboundDecision.Refuse refusal) {
      return new Refused(refusal);
    }
    if (!pace.take(sender.toString())) {
      return refused(
          organization,
          451,
          "4.7.1",
          "Too many notifications for this address, try again in an hour",
          "more than " + ReturnPace.AN_HOUR + " in an hour");
    }
    return new Returns(sender.toString());
  }

  private static Result refused(
      String organization, int code, String enhanced, String text, String why) {
    return new Refused(refusal(organization, code, enhanced, text, why));
  }

  private static InboundDecision.Refuse refusal(
      String organization, int code, String enhanced, String text, String why) {
    Explanation explanation =
        Explanation.newBuilder()
            .setOrganization(organization)
            .setSummary("Refused: " + why)
            .addSteps(
                ExplanationStep.newBuilder()
                    .setSubject("organization " + organization)
                    .setCondition(RULE)
                    .setDetail(why))
            .build();
    return new InboundDecision.Refuse(
        code, enhanced, text, RULE, organization, "", "", explanation);
  }
}
