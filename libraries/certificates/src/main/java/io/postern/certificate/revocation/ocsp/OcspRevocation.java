package io.postern.certificate.revocation.ocsp;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.fetch.FetchException;
import io.postern.certificate.revocation.DistributionPoints;
import io.postern.certificate.revocation.Finding;
import io.postern.certificate.revocation.ListSigners;
import io.postern.certificate.revocation.RevocationCheck;
import io.postern.certificate.revocation.RevocationQuestion;
import io.postern.certificate.revocation.SignerTrust;
import io.postern.certificate.revocation.store.ClearedCertificate;
import io.postern.certificate.revocation.store.Publication.Times;
import io.postern.certificate.revocation.store.PublicationStore;
import io.postern.contracts.v1.RevocationEvidence;
import io.postern.contracts.v1.RevocationStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * Revocation by the responders that a certificate names (RFC 6960), in its order until one knows,
 * and by the answer that came with it. A responder whose certificate does not exempt itself is
 * looked up in the lists that it names.
 */
public record OcspRevocation(OcspStore store, RevocationCheck lists) implements RevocationCheck {
  public static final String SOURCE = "ocsp";

  /** The finding of the stapled answer; UNREACHABLE or STALE: it decides nothing. */
  public Finding stapled(RevocationQuestion question) throws InterruptedException {
    return examine(question.stapled(), question, Finding.STAPLED, lists);
  }

  /**
   * The finding of a given answer.
   *
   * @param lists for its signer, if that does not exempt itself
   */
  public static Finding examine(
      byte[] answer, RevocationQuestion question, String source, RevocationCheck lists)
      throws InterruptedException {
    try {
      OcspAnswer read =
          OcspAnswer.read(
              answer,
              OcspQuestion.about(question.certificate(), question.issuer()),
              new byte[0],
              false,
              question.now());
      return finding(question, source, "", read, lists);
    } catch (FetchException e) {
      return Finding.unreachable(
          question.certificate(), source, "", String.valueOf(e.getMessage()), Instant.MAX);
    }
  }

  /** The certificate names a responder that is followed. */
  @Override
  public Finding check(RevocationQuestion question) throws InterruptedException {
    OcspQuestion asked = OcspQuestion.about(question.certificate(), question.issuer());
    Finding best = null;
    for (String url : DistributionPoints.of(question.certificate()).responders()) {
      Finding finding =
          switch (store.current(url, asked, question.patience())) {
            case PublicationStore.Current<OcspAnswer>(OcspAnswer answer) -> {
              Finding held = finding(question, SOURCE, url, answer, lists);
              if (held.status() == RevocationStatus.NOT_REVOKED) {
                store.cleared(
                    url,
                    asked,
                    answer,
                    ClearedCertificate.of(question.certificate(), held.evidence()));
              }
              yield held;
            }
            case PublicationStore.Failure<OcspAnswer> failed ->
                failed.finding(question.certificate(), SOURCE, url);
          };
      if (finding.decides()) {
        return finding;
      }
      best = best == null || finding.status() == RevocationStatus.STALE ? finding : best;
    }
    if (best == null) {
      throw new IllegalStateException("a certificate without responders");
    }
    return best;
  }

  private static Finding finding(
      RevocationQuestion question,
      String source,
      String url,
      OcspAnswer answer,
      RevocationCheck lists)
      throws InterruptedException {
    RevocationEvidence.Builder evidence =
        Times.of(answer).into(Finding.evidence(question.certificate(), source, url));
    if (!answer.currentAt(question.now())) {
      return new Finding(
          evidence
              .setStatus(RevocationStatus.STALE)
              .setDetail(answer.stale("the responder's response", question.now()))
              .build(),
          question.now());
    }
    Instant until = answer.nextUpdate();
    List<RevocationEvidence> supporting = new ArrayList<>();
    if (answer.delegate().length > 0) {
      Finding delegate = delegate(answer, question, lists);
      if (delegate != null) {
        until = delegate.validUntil().isBefore(until) ? delegate.validUntil() : until;
        supporting.add(delegate.evidence());
        supporting.addAll(delegate.supporting());
      }
      if (delegate == null || delegate.status() != RevocationStatus.NOT_REVOKED) {
        return Finding.unreachable(
            question.certificate(),
            source,
            url,
            delegate != null && delegate.status() == RevocationStatus.IS_REVOKED
                ? "the responder's own certificate is revoked"
                : "whether the responder's own certificate is revoked is unknown",
            until);
      }
    }
    switch (answer.status()) {
      case GOOD -> evidence.setStatus(RevocationStatus.NOT_REVOKED);
      case UNKNOWN ->
          evidence.setStatus(RevocationStatus.UNREACHABLE).setDetail(OcspAnswer.UNKNOWN);
      case REVOKED -> {
        Instant at = answer.revokedAt();
        evidence
            .setStatus(RevocationStatus.IS_REVOKED)
            .setDetail("revoked at " + at + ", reason: " + answer.reason());
        if (at != null) {
          evidence.setRevokedAtMillis(at.toEpochMilli());
        }
      }
    }
    return new Finding(evidence.build(), until, List.copyOf(supporting));
  }

  // By its lists only: an answer of its own about itself would prove nothing. Null: it has none.
  private static @Nullable Finding delegate(
      OcspAnswer answer, RevocationQuestion question, RevocationCheck lists)
      throws InterruptedException {
    ParsedCertificate delegate = answer.responder();
    if (delegate == null || DistributionPoints.of(delegate).urls().isEmpty()) {
      return null;
    }
    RevocationQuestion about =
        new RevocationQuestion(
            delegate,
            question.issuer(),
            new OtherSigners(question),
            new byte[0],
            question.now(),
            question.patience());
    return lists.check(about);
  }

  /** No certificate vouches for the responder that clears it. */
  private record OtherSigners(RevocationQuestion question) implements ListSigners {
    @Override
    public List<ParsedCertificate> named(X500Principal name) {
      return question.signers().named(name).stream()
          .filter(signer -> !signer.equals(question.certificate()))
          .toList();
    }

    @Override
    public @Nullable SignerTrust trusted(ParsedCertificate signer, ParsedCertificate about)
        throws InterruptedException {
      return signer.equals(question.certificate())
          ? null
          : question.signers().trusted(signer, about);
    }
  }
}
