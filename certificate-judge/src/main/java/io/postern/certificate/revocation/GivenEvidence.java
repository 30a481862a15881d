package io.postern.certificate.revocation;

import io.postern.certificate.ParsedCertificate;
import io.postern.contracts.v1.RevocationStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Revocation by lists and responders' answers at hand, and no others: for judging what was
 * collected. What is neither is left out, as from a server. Immutable, any thread.
 */
public final class GivenEvidence implements RevocationCheck {
  private final List<Crl> lists = new ArrayList<>();
  private final List<byte[]> answers;

  public GivenEvidence(List<byte[]> lists, List<byte[]> answers) {
    this.answers = List.copyOf(answers);
    for (byte[] der : lists) {
      try {
        this.lists.add(Crl.of(der));
      } catch (GarbageException e) {
        // It says nothing about anybody; a certificate that needs it is unknown.
      }
    }
  }

  static GivenEvidence of(List<Crl> lists, List<byte[]> answers) {
    GivenEvidence evidence = new GivenEvidence(List.of(), answers);
    evidence.lists.addAll(lists);
    return evidence;
  }

  @Override
  public Finding check(RevocationQuestion question) throws InterruptedException {
    Finding stapled = stapled(question);
    if (stapled != null && Revocation.knows(stapled)) {
      return stapled;
    }
    Finding byAnswers = byAnswers(question);
    if (byAnswers != null && Revocation.knows(byAnswers)) {
      return byAnswers;
    }
    Finding found = byLists(question);
    if (found.status() != RevocationStatus.UNREACHABLE) {
      return found;
    }
    // Why an answer does not count tells more than that no list is there.
    return byAnswers != null ? byAnswers : stapled != null ? stapled : found;
  }

  /** By the stapled answer; lists only tell of who signed it. Null: none. */
  @Nullable Finding stapled(RevocationQuestion question) throws InterruptedException {
    return question.stapled().length == 0
        ? null
        : OcspRevocation.examine(question.stapled(), question, Revocation.STAPLED, this::byLists);
  }

  /** By the first answer that knows; lists only tell of who signed them. Null: none. */
  @Nullable Finding byAnswers(RevocationQuestion question) throws InterruptedException {
    Finding first = null;
    for (byte[] answer : answers) {
      Finding finding =
          OcspRevocation.examine(answer, question, OcspRevocation.SOURCE, this::byLists);
      if (Revocation.knows(finding)) {
        return finding;
      }
      first = first == null ? finding : first;
    }
    return first;
  }

  Finding byLists(RevocationQuestion question) throws InterruptedException {
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

  private record Signer(ParsedCertificate certificate, Backing backing) {}

  private static @Nullable Signer signer(Crl list, RevocationQuestion question)
      throws InterruptedException {
    ParsedCertificate issuer = question.issuer();
    ListSigners signers = question.signers();
    Set<ParsedCertificate> all = new LinkedHashSet<>(List.of(issuer));
    all.addAll(signers.named(list.issuer()));
    for (ParsedCertificate signer : all) {
      Backing backing =
          CrlSignature.problem(list, signer) == null ? question.mayTell(signer) : null;
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
