package io.postern.certificate.judging;

import com.google.protobuf.ByteString;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.Problem;
import io.postern.certificate.UnusableCertificateException;
import io.postern.certificate.anchors.TrustAnchors;
import io.postern.certificate.revocation.Finding;
import io.postern.certificate.revocation.Patience;
import io.postern.certificate.revocation.PauseRefusedException;
import io.postern.certificate.revocation.Permit;
import io.postern.certificate.revocation.RevocationCheck;
import io.postern.contracts.Texts;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.CertificateRequest;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import io.postern.names.CertificateNames;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The judge of chains: whether one is good, for this role, now (docs/design/architecture.md,
 * "Certificate verdicts"). Never throws for a peer's bytes: hostile ones give a verdict in bounded
 * time. Blocks for revocation lists, at most the patience. Any thread.
 *
 * <p>Which reason, where several apply: the chain as a whole first (too-complex, malformed), then
 * whether there is a path at all (self-signed, untrusted-root, bad-signature, incomplete-chain),
 * then the rules of {@link PathRules} in their order, then revoked, then revocation-unreachable and
 * revocation-stale. A chain is good if one of its paths is; else the path that came furthest in
 * this order gives the reason, the first of several. Names are not matched here.
 *
 * <p>Valid until the earliest of: expiry of a certificate of the path, the lists' next update, both
 * of these of the certificates beside the path that have signed the lists and answers, one hour; an
 * unknown verdict until its endpoint is asked again, at most 10 s.
 */
public final class ChainJudge {
  static final int MAX_CERTIFICATES = 10;
  static final int MAX_BYTES = 64 * 1024;
  private static final Duration LONGEST_VALID = Duration.ofHours(1);
  private static final Duration LONGEST_UNKNOWN = Duration.ofSeconds(10);
  private static final Duration UNAVAILABLE_AGAIN = Duration.ofSeconds(1);
  private static final int MAX_DETAIL = 1000;
  private static final int MAX_SUPPORTING = 20;

  private final PathJudge paths;
  private final Duration patience;

  /**
   * @param patience for all revocation look-ups of one chain
   */
  public ChainJudge(RevocationCheck revocation, Duration patience) {
    this.paths = new PathJudge(revocation);
    this.patience = patience;
  }

  /**
   * @param anchors the set that the request names, and in its version
   */
  public CertificateVerdict judge(CertificateRequest request, TrustAnchors anchors, Instant now)
      throws InterruptedException {
    return judge(request, anchors, now, now);
  }

  /**
   * The same about another time than that of the question.
   *
   * @param now the time at which the chain is to be good
   * @param asked the time of the question, by the clock: the patience begins then
   */
  public CertificateVerdict judge(
      CertificateRequest request, TrustAnchors anchors, Instant now, Instant asked)
      throws InterruptedException {
    return judge(request, anchors, now, Patience.of(asked, patience));
  }

  /**
   * The same for one of many judgements, whose number is bounded.
   *
   * @param permit given back while the judgement waits, and held at the end
   * @throws PauseRefusedException the judgement must wait, and too many wait already
   */
  public CertificateVerdict judge(
      CertificateRequest request, TrustAnchors anchors, Instant now, Permit permit)
      throws InterruptedException {
    return judge(request, anchors, now, Patience.of(now, patience, permit));
  }

  private CertificateVerdict judge(
      CertificateRequest request, TrustAnchors anchors, Instant now, Patience waiting)
      throws InterruptedException {
    Optional<Purpose> purpose = Purpose.of(request.getRole());
    if (purpose.isEmpty()) {
      return unavailable(
          request,
          anchors.standsWith(),
          anchors.distrustVersion(),
          "the request has an unknown role",
          now);
    }
    List<byte[]> chain = request.getChainList().stream().map(ByteString::toByteArray).toList();
    PathRules.Question question = new PathRules.Question(purpose.get(), PolicyInputs.NONE, now);
    Judgement judgement =
        judge(
            chain,
            request.getStapledOcsp().toByteArray(),
            question,
            request.getRevocation(),
            anchors,
            waiting);
    return verdict(request, chain, anchors, judgement, now);
  }

  /**
   * The answer when the chain could not be judged at all: unknown is not good (G4).
   *
   * @param distrustVersion the version of the installation's distrust
   */
  public static CertificateVerdict unavailable(
      CertificateRequest request,
      AnchorSetReference anchors,
      String distrustVersion,
      String detail,
      Instant now) {
    return CertificateVerdict.newBuilder()
        .setVerdictKey(request.getVerdictKey())
        .setResult(VerdictResult.UNKNOWN)
        .setReason(VerdictReason.UNAVAILABLE)
        .setDetail(detail)
        .setAnchors(anchors)
        .setDistrustVersion(distrustVersion)
        .setJudgedAtMillis(now.toEpochMilli())
        .setValidUntilMillis(now.plus(UNAVAILABLE_AGAIN).toEpochMilli())
        .build();
  }

  Judgement judge(
      List<byte[]> chain,
      byte[] stapled,
      PathRules.Question question,
      RevocationMode mode,
      TrustAnchors anchors)
      throws InterruptedException {
    Patience waiting = Patience.of(question.now(), patience);
    return judge(chain, stapled, question, mode, anchors, waiting);
  }

  private Judgement judge(
      List<byte[]> chain,
      byte[] stapled,
      PathRules.Question question,
      RevocationMode mode,
      TrustAnchors anchors,
      Patience waiting)
      throws InterruptedException {
    Problem size = tooLarge(chain);
    if (size != null) {
      return Judgement.bad(0, size, null, Instant.MAX);
    }
    List<ParsedCertificate> presented = new ArrayList<>();
    for (byte[] der : chain) {
      try {
        ParsedCertificate certificate = ParsedCertificate.parse(der);
        if (!presented.contains(certificate)) {
          presented.add(certificate);
        }
      } catch (UnusableCertificateException e) {
        Problem problem = e.problem();
        String which = "certificate " + (presented.size() + 1) + " of the chain: ";
        return Judgement.bad(
            0, new Problem(problem.reason(), which + problem.detail()), null, Instant.MAX);
      }
    }
    // Nor do they sign lists.
    List<ParsedCertificate> trusted =
        presented.stream().filter(c -> anchors.distrustedBy(c) == null).toList();
    return best(
        new PathSearch(presented, anchors),
        new PathJudge.PathQuestion(
            question,
            mode,
            trusted,
            stapled,
            waiting,
            System.nanoTime() + patience.toNanos(),
            0,
            Set.of(),
            new SignerMemo()));
  }

  private static @Nullable Problem tooLarge(List<byte[]> chain) {
    if (chain.isEmpty()) {
      return new Problem(VerdictReason.MALFORMED, "the chain is empty");
    }
    long bytes = chain.stream().mapToLong(der -> der.length).sum();
    return chain.size() > MAX_CERTIFICATES || bytes > MAX_BYTES
        ? new Problem(
            VerdictReason.TOO_COMPLEX,
            chain.size()
                + " certificates of "
                + bytes
                + " bytes, at most 10 of 64 KiB are "
                + "validated")
        : null;
  }

  private Judgement best(PathSearch search, PathJudge.PathQuestion asked)
      throws InterruptedException {
    Judgement best = null;
    for (CandidatePath path : search.paths()) {
      Judgement judgement = paths.judge(path, asked);
      if (judgement.result() == VerdictResult.GOOD) {
        return judgement;
      }
      best = best == null || judgement.rank() > best.rank() ? judgement : best;
    }
    if (best == null) {
      return Judgement.bad(0, search.noPath(), null, Instant.MAX);
    }
    return search.cut()
        ? Judgement.bad(0, PathSearch.tooComplex(), best.path(), Instant.MAX)
        : best;
  }

  private static CertificateVerdict verdict(
      CertificateRequest request,
      List<byte[]> chain,
      TrustAnchors anchors,
      Judgement judgement,
      Instant now) {
    CertificateVerdict.Builder verdict =
        CertificateVerdict.newBuilder()
            .setVerdictKey(request.getVerdictKey())
            .setResult(judgement.result())
            .setAnchors(anchors.standsWith())
            .setDistrustVersion(anchors.distrustVersion())
            .addAllNames(names(chain))
            .setJudgedAtMillis(now.toEpochMilli())
            .setValidUntilMillis(validUntil(judgement, now).toEpochMilli());
    if (!anchors.standsWith().equals(anchors.reference())) {
      verdict.setOwnAnchors(anchors.reference());
    }
    Problem problem = judgement.problem();
    if (problem != null) {
      verdict.setReason(problem.reason()).setDetail(Texts.cut(problem.detail(), MAX_DETAIL));
    }
    CandidatePath path = judgement.path();
    if (path != null) {
      path.all().forEach(c -> verdict.addPath(ByteString.copyFrom(c.fingerprint())));
      verdict.setAnchorSubject(path.anchor().shown());
    }
    judgement.findings().stream().map(Finding::evidence).forEach(verdict::addRevocation);
    judgement.findings().stream()
        .flatMap(finding -> finding.supporting().stream())
        .distinct()
        .limit(MAX_SUPPORTING)
        .forEach(verdict::addSupporting);
    return verdict.build();
  }

  /** DNS names of the leaf; none where they cannot be read, which the judgement says. */
  private static List<String> names(List<byte[]> chain) {
    if (chain.isEmpty() || chain.getFirst().length > MAX_BYTES) {
      return List.of();
    }
    return ParsedCertificate.usable(List.of(chain.getFirst()), _ -> {}).stream()
        .flatMap(leaf -> CertificateNames.of(leaf.x509()).stream())
        .toList();
  }

  private static Instant validUntil(Judgement judgement, Instant now) {
    Instant longest =
        now.plus(judgement.result() == VerdictResult.UNKNOWN ? LONGEST_UNKNOWN : LONGEST_VALID);
    Instant until = judgement.validUntil();
    return until.isBefore(longest) ? until : longest;
  }
}
