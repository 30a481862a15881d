package io.postern.certificate.judging;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.UnusableCertificateException;
import io.postern.certificate.anchors.TrustAnchors;
import io.postern.certificate.revocation.lookup.GivenEvidence;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import io.postern.names.CertificateNames;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A chain that was collected, with all evidence about it: nothing is fetched. Immutable; any
 * thread.
 *
 * @param chain as presented, leaf first (DER)
 * @param anchors the only ones (DER); one that cannot be read is none
 * @param lists revocation lists (DER)
 * @param answers OCSP responses (DER); the first counts as stapled to the leaf
 * @param at the time for which it is judged
 */
public record CollectedChain(
    List<byte[]> chain,
    List<byte[]> anchors,
    List<byte[]> lists,
    List<byte[]> answers,
    RevocationMode revocation,
    Purpose purpose,
    PolicyInputs policies,
    Instant at) {

  private static final Duration MOST = Duration.ofSeconds(5);

  /**
   * @param reason null: good
   * @param path SHA-256 of each certificate, leaf to anchor; empty: none was found
   */
  public record Outcome(
      VerdictResult result,
      @Nullable VerdictReason reason,
      String detail,
      List<byte[]> path,
      List<String> names) {}

  public Outcome judge() throws InterruptedException {
    List<ParsedCertificate> trusted = new ArrayList<>();
    for (byte[] der : anchors) {
      try {
        trusted.add(ParsedCertificate.parse(der));
      } catch (UnusableCertificateException e) {
        // It is no anchor: a chain that leads to it alone is untrusted.
      }
    }
    Judgement judgement =
        new ChainJudge(new GivenEvidence(lists, answers), MOST)
            .judge(
                chain,
                answers.isEmpty() ? new byte[0] : answers.getFirst(),
                new PathRules.Question(purpose, policies, at),
                revocation,
                new TrustAnchors(AnchorSetReference.getDefaultInstance(), trusted));
    CandidatePath path = judgement.path();
    return new Outcome(
        judgement.result(),
        judgement.problem() == null ? null : judgement.problem().reason(),
        judgement.problem() == null ? "" : judgement.problem().detail(),
        path == null ? List.of() : path.all().stream().map(ParsedCertificate::fingerprint).toList(),
        names());
  }

  private List<String> names() {
    try {
      return chain.isEmpty()
          ? List.of()
          : CertificateNames.of(ParsedCertificate.parse(chain.getFirst()).x509());
    } catch (UnusableCertificateException e) {
      return List.of(); // the outcome says so
    }
  }
}
