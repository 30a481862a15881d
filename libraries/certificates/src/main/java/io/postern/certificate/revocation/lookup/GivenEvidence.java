package io.postern.certificate.revocation.lookup;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.revocation.DistributionPoints;
import io.postern.certificate.revocation.Finding;
import io.postern.certificate.revocation.ListSigners;
import io.postern.certificate.revocation.RevocationCheck;
import io.postern.certificate.revocation.RevocationQuestion;
import io.postern.certificate.revocation.SignerTrust;
import io.postern.certificate.revocation.crl.Crl;
import io.postern.certificate.revocation.crl.CrlExamination;
import io.postern.certificate.revocation.crl.CrlSignature;
import io.postern.certificate.revocation.crl.MalformedCrlException;
import io.postern.certificate.revocation.ocsp.OcspRevocation;
import io.postern.contracts.v1.RevocationStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Revocation by given lists and responders' answers, and no others: for chains that were collected.
 * A file that is neither is left out, as from a server. Immutable, any thread.
 */
public final class GivenEvidence implements RevocationCheck {
  private final List<Crl> lists = new ArrayList<>();
  private final List<byte[]> answers;

  public GivenEvidence(List<byte[]> lists, List<byte[]> answers) {
    this.answers = List.copyOf(answers);
    for (byte[] der : lists) {
      try {
        this.lists.add(Crl.of(der));
      } catch (MalformedCrlException e) {
        // It covers no certificate; one that needs it is unknown.
      }
    }
  }

  public static GivenEvidence of(List<Crl> lists, List<byte[]> answers) {
    GivenEvidence evidence = new GivenEvidence(List.of(), answers);
    evidence.lists.addAll(lists);
    return evidence;
  }

  @Override
  public Finding check(RevocationQuestion question) throws InterruptedException {
    Finding stapled = stapled(question);
    if (stapled != null && stapled.decides()) {
      return stapled;
    }
    Finding byAnswers = byAnswers(question);
    if (byAnswers != null && byAnswers.decides()) {
      return byAnswers;
    }
    Finding found = byLists(question);
    if (found.status() != RevocationStatus.UNREACHABLE) {
      return found;
    }
    // The reason against an answer says more than "no list is there".
    return byAnswers != null ? byAnswers : stapled != null ? stapled : found;
  }

  /** By the stapled answer; lists are used for its signer only. Null: none. */
  public @Nullable Finding stapled(RevocationQuestion question) throws InterruptedException {
    return question.stapled().length == 0
        ? null
        : OcspRevocation.examine(question.stapled(), question, Finding.STAPLED, this::byLists);
  }

  /** By the first answer that decides; lists are used for their signers only. Null: none. */
  public @Nullable Finding byAnswers(RevocationQuestion question) throws InterruptedException {
    Finding first = null;
    for (byte[] answer : answers) {
      Finding finding =
          OcspRevocation.examine(answer, question, OcspRevocation.SOURCE, this::byLists);
      if (finding.decides()) {
        return finding;
      }
      first = first == null ? finding : first;
    }
    return first;
  }

  public Finding byLists(RevocationQuestion question) throws InterruptedException {
    ParsedCertificate certificate = question.certificate();
    Instant now = question.now();
    CrlExamination examination =
        new CrlExamination(certificate, DistributionPoints.of(certificate), now);
    for (Crl list : lists) {
      Signer signer = list.changesSince() == null ? signer(list, question) : null;
      if (signer != null) {
        examination.add(list, changes(list, signer.certificate(), now), "", signer.backing());
      }
    }
    return examination.finding();
  }

  private record Signer(ParsedCertificate certificate, SignerTrust backing) {}

  private static @Nullable Signer signer(Crl list, RevocationQuestion question)
      throws InterruptedException {
    ParsedCertificate issuer = question.issuer();
    ListSigners signers = question.signers();
    Set<ParsedCertificate> all = new LinkedHashSet<>(List.of(issuer));
    all.addAll(signers.named(list.issuer()));
    for (ParsedCertificate signer : all) {
      SignerTrust backing =
          CrlSignature.problem(list, signer) == null ? question.trustIn(signer) : null;
      if (backing != null) {
        return new Signer(signer, backing);
      }
    }
    return null;
  }

  private @Nullable Crl changes(Crl list, ParsedCertificate signer, Instant now) {
    for (Crl changes : lists) {
      if (CrlExamination.fits(list, changes, now)
          && CrlSignature.problem(changes, signer) == null) {
        return changes;
      }
    }
    return null;
  }
}
