package io.postern.rules.again;

import com.google.protobuf.ByteString;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.PresentedChain;
import io.postern.contracts.v1.RefusedVariant;
import io.postern.contracts.v1.RequireTls;
import io.postern.contracts.v1.SessionFacts;
import io.postern.names.CertificateNames;
import io.postern.names.DomainNames;
import io.postern.rules.RecordedHeader;
import io.postern.rules.inbound.InboundFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The facts of a session that was decided, from its record in mail.accepted or mail.refusals and
 * its client's chain in certificate.presented: {@code MailDecision} decides by them as the session
 * and the decider did, given the same directory and verdicts (docs/decisions/0051). Immutable, any
 * thread.
 *
 * @param facts of the client
 * @param reversePath as given; of a count "@" and its domain; empty: the null reverse-path
 * @param recipients addresses as given; empty: a count's, of which the domain alone is known
 * @param recipientDomains A-labels; each is decided by itself
 * @param returnsTo of recipients that are rewritten senders: the sender, to whom the mail goes back
 * @param requireTls REQUIRETLS of an accepted message (RFC 8689)
 * @param count mails or refusals that it stands for
 * @param header null: a refusal's, at RCPT
 * @param missing why the decision may differ, for people; empty: it cannot
 */
public record RecordedFacts(
    InboundFacts facts,
    String reversePath,
    List<String> recipients,
    List<String> recipientDomains,
    Map<String, String> returnsTo,
    RequireTls requireTls,
    long count,
    @Nullable RecordedHeader header,
    String missing) {
  private static final String NO_CHAIN =
      "the client's certificate chain is no longer in Kafka, or was not kept";

  /** The chain of a fingerprint; null: there is none. */
  @FunctionalInterface
  public interface Chains {
    @Nullable PresentedChain of(ByteString fingerprint);
  }

  public RecordedFacts {
    recipients = List.copyOf(recipients);
    recipientDomains = List.copyOf(recipientDomains);
    returnsTo = Map.copyOf(returnsTo);
  }

  /** The decision needs nothing that is not here. */
  public boolean complete() {
    return missing.isEmpty();
  }

  /** Null: no client sent it, but a service of ours (a notification, a report). */
  public static @Nullable RecordedFacts of(MessageAccepted accepted, Chains chains) {
    return of(accepted, chains, CertificateNames::ofLeaf);
  }

  /**
   * The same.
   *
   * @param names DNS names of a chain's leaf; a memory of many, since reading them is slow
   */
  public static @Nullable RecordedFacts of(
      MessageAccepted accepted, Chains chains, Function<List<byte[]>, List<String>> names) {
    SessionFacts session = accepted.getSession();
    if (session.getClientIp().isEmpty()) {
      return null;
    }
    List<String> recipients =
        accepted.getEnvelope().getRecipientsList().stream()
            .map(EnvelopeRecipient::getAddress)
            .toList();
    return of(
        session.getClientIp(),
        session.getTls(),
        session.getTlsFacts().getPeerChainFingerprint(),
        accepted.getEnvelope().getReversePath(),
        recipients,
        recipients.stream().map(RecordedFacts::domain).filter(Objects::nonNull).distinct().toList(),
        accepted.getEnvelope().getRecipientsList().stream()
            .filter(recipient -> !recipient.getReturnsTo().isEmpty())
            .collect(
                Collectors.toMap(
                    EnvelopeRecipient::getAddress,
                    EnvelopeRecipient::getReturnsTo,
                    (one, same) -> one)),
        accepted.getEnvelope().getRequireTls(),
        1,
        new RecordedHeader(accepted.getHeaderBlock(), accepted.getHeaderBlockCut()),
        chains,
        names);
  }

  /**
   * The sessions that a record of refusals stands for: one, or of a count each variant of it. None
   * for what is refused without a recipient, or without a source (beyond-bounds); of a count the
   * refusals beyond its variants are in none.
   */
  public static List<RecordedFacts> of(MessageRefused refused, Chains chains) {
    return of(refused, chains, CertificateNames::ofLeaf);
  }

  /** The same, with names as above. */
  public static List<RecordedFacts> of(
      MessageRefused refused, Chains chains, Function<List<byte[]>, List<String>> names) {
    SessionFacts session = refused.getSession();
    if (session.getClientIp().isEmpty()) {
      return List.of();
    }
    List<RecordedFacts> all = new ArrayList<>();
    for (RefusedVariant variant : refused.getVariantsList()) {
      all.add(
          of(
              variant.getClientIp().isEmpty() ? session.getClientIp() : variant.getClientIp(),
              variant.getTls(),
              variant.getChainFingerprint(),
              variant.getSenderDomain().isEmpty() ? "" : "@" + variant.getSenderDomain(),
              List.of(),
              List.of(variant.getRecipientDomain()),
              Map.of(),
              RequireTls.REQUIRE_TLS_UNSPECIFIED,
              variant.getCount(),
              null,
              chains,
              names));
    }
    String recipient = domain(refused.getRecipient());
    if (recipient != null) {
      all.add(
          of(
              session.getClientIp(),
              session.getTls(),
              session.getTlsFacts().getPeerChainFingerprint(),
              refused.getReversePath(),
              List.of(refused.getRecipient()),
              List.of(recipient),
              Map.of(),
              RequireTls.REQUIRE_TLS_UNSPECIFIED,
              1,
              null,
              chains,
              names));
    }
    return all;
  }

  private static RecordedFacts of(
      String clientIp,
      boolean tls,
      ByteString fingerprint,
      String reversePath,
      List<String> recipients,
      List<String> recipientDomains,
      Map<String, String> returnsTo,
      RequireTls requireTls,
      long count,
      @Nullable RecordedHeader header,
      Chains chains,
      Function<List<byte[]>, List<String>> names) {
    @Nullable PresentedChain presented = fingerprint.isEmpty() ? null : chains.of(fingerprint);
    List<byte[]> chain =
        presented == null
            ? List.of()
            : presented.getCertificatesList().stream().map(ByteString::toByteArray).toList();
    byte[] staple = presented == null ? new byte[0] : presented.getStapledOcsp().toByteArray();
    return new RecordedFacts(
        new InboundFacts(clientIp, tls, chain, staple, names.apply(chain), domain(reversePath)),
        reversePath,
        recipients,
        recipientDomains,
        returnsTo,
        requireTls,
        count,
        header,
        presented == null && !fingerprint.isEmpty() ? NO_CHAIN : "");
  }

  /**
   * The domain of a recorded address as the session had it: lower-case A-labels, or an address
   * literal in lower case. Null: it has none.
   */
  public static @Nullable String domain(String address) {
    int at = address.lastIndexOf('@');
    if (at < 0) {
      return null;
    }
    String domain = address.substring(at + 1);
    String ascii =
        DomainNames.isAscii(domain) ? domain.toLowerCase(Locale.ROOT) : DomainNames.aLabels(domain);
    return ascii == null || ascii.isEmpty() ? null : ascii;
  }
}
