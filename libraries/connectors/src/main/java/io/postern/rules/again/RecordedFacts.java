package io.postern.rules.again;

import com.google.protobuf.ByteString;
import io.postern.contracts.v1.Envelope;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The facts of a session that was decided, from its record in mail.accepted or mail.refusals and
 * its client's chain in certificate.presented: {@code MailDecision} decides by them as the session
 * and the decider did, given the same directory and verdicts (docs/decisions/0051). Immutable, any
 * thread.
 *
 * @param facts of the client
 * @param reversePath as given; of a count "@" and its domain; empty: the null reverse-path
 * @param recipients addresses as given, each decided by itself; of a count the domain alone,
 *     A-label
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
    Map<String, String> returnsTo,
    RequireTls requireTls,
    long count,
    @Nullable RecordedHeader header,
    String missing) {
  private static final String NO_CHAIN =
      "the client's certificate chain is no longer in Kafka, or was not kept";

  /** The clients' chains that were kept. */
  @FunctionalInterface
  public interface Chains {
    /** The chain of a fingerprint; null: there is none. */
    @Nullable PresentedChain of(ByteString fingerprint);

    /** DNS names of a chain's leaf; a memory may give them, since reading them is slow. */
    default List<String> names(List<byte[]> chain) {
      return CertificateNames.ofLeaf(chain);
    }
  }

  public RecordedFacts {
    recipients = List.copyOf(recipients);
    returnsTo = Map.copyOf(returnsTo);
  }

  /** The decision needs nothing that is not here. */
  public boolean complete() {
    return missing.isEmpty();
  }

  /** Null: no client sent it, but a service of ours (a notification, a report). */
  public static @Nullable RecordedFacts of(MessageAccepted accepted, Chains chains) {
    SessionFacts session = accepted.getSession();
    if (session.getClientIp().isEmpty()) {
      return null;
    }
    Envelope envelope = accepted.getEnvelope();
    Map<String, String> returnsTo = new HashMap<>();
    for (EnvelopeRecipient recipient : envelope.getRecipientsList()) {
      if (!recipient.getReturnsTo().isEmpty()) {
        returnsTo.put(recipient.getAddress(), recipient.getReturnsTo());
      }
    }
    Client client =
        Client.of(
            session.getClientIp(),
            session.getTls(),
            session.getTlsFacts().getPeerChainFingerprint(),
            envelope.getReversePath(),
            chains);
    return new RecordedFacts(
        client.facts(),
        envelope.getReversePath(),
        envelope.getRecipientsList().stream().map(EnvelopeRecipient::getAddress).toList(),
        returnsTo,
        envelope.getRequireTls(),
        1,
        new RecordedHeader(accepted.getHeaderBlock(), accepted.getHeaderBlockCut()),
        client.missing());
  }

  /**
   * The sessions that a record of refusals stands for: one, or of a count each variant of it. None
   * for what is refused without a recipient, or without a source (beyond-bounds); of a count the
   * refusals beyond its variants are in none.
   */
  public static List<RecordedFacts> of(MessageRefused refused, Chains chains) {
    SessionFacts session = refused.getSession();
    if (session.getClientIp().isEmpty()) {
      return List.of();
    }
    List<RecordedFacts> all = new ArrayList<>();
    for (RefusedVariant variant : refused.getVariantsList()) {
      all.add(
          refused(
              variant.getClientIp().isEmpty() ? session.getClientIp() : variant.getClientIp(),
              variant.getTls(),
              variant.getChainFingerprint(),
              variant.getSenderDomain().isEmpty() ? "" : "@" + variant.getSenderDomain(),
              variant.getRecipientDomain(),
              variant.getCount(),
              chains));
    }
    if (DomainNames.ofAddress(refused.getRecipient()) != null) {
      all.add(
          refused(
              session.getClientIp(),
              session.getTls(),
              session.getTlsFacts().getPeerChainFingerprint(),
              refused.getReversePath(),
              refused.getRecipient(),
              1,
              chains));
    }
    return all;
  }

  private static RecordedFacts refused(
      String clientIp,
      boolean tls,
      ByteString fingerprint,
      String reversePath,
      String recipient,
      long count,
      Chains chains) {
    Client client = Client.of(clientIp, tls, fingerprint, reversePath, chains);
    return new RecordedFacts(
        client.facts(),
        reversePath,
        List.of(recipient),
        Map.of(),
        RequireTls.REQUIRE_TLS_UNSPECIFIED,
        count,
        null,
        client.missing());
  }

  /** A session's facts, and why they are not all; empty: they are. */
  private record Client(InboundFacts facts, String missing) {
    static Client of(
        String ip, boolean tls, ByteString fingerprint, String reversePath, Chains chains) {
      @Nullable PresentedChain presented = fingerprint.isEmpty() ? null : chains.of(fingerprint);
      List<byte[]> chain =
          presented == null
              ? List.of()
              : presented.getCertificatesList().stream().map(ByteString::toByteArray).toList();
      byte[] staple = presented == null ? new byte[0] : presented.getStapledOcsp().toByteArray();
      return new Client(
          new InboundFacts(
              ip, tls, chain, staple, chains.names(chain), DomainNames.ofAddress(reversePath)),
          presented == null && !fingerprint.isEmpty() ? NO_CHAIN : "");
    }
  }
}
