package io.postern.operator.connectors;

import io.postern.certificate.anchors.OrganizationAnchors;
import io.postern.certificate.anchors.TrustAnchors;
import io.postern.check.CertificateCheck;
import io.postern.contracts.VerdictKey;
import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import io.postern.rules.Directory;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The verdicts on one chain by the anchors of a directory's organizations, each question once. What
 * revocation needs is fetched for each question. One thread.
 */
public final class Verdicts implements Judge {
  private final CertificateCheck check;
  private final TrustAnchors defaults;
  private final OrganizationAnchors anchors;
  private final Map<VerdictKey, CertificateVerdict> had = new HashMap<>();

  public Verdicts(CertificateCheck check, TrustAnchors defaults, Directory directory) {
    this.check = check;
    this.defaults = defaults;
    this.anchors = OrganizationAnchors.of(directory.objects());
  }

  @Override
  public CertificateVerdict judge(VerdictQuestion question) throws InterruptedException {
    CertificateVerdict verdict = had.get(question.key());
    if (verdict == null) {
      verdict = judged(question);
      had.put(question.key(), verdict);
    }
    return verdict;
  }

  private CertificateVerdict judged(VerdictQuestion question) throws InterruptedException {
    Optional<TrustAnchors> set =
        question.anchors().getId().isEmpty()
            ? Optional.of(defaults)
            : anchors.find(question.anchors(), defaults);
    return set.isEmpty()
        ? CertificateVerdict.newBuilder()
            .setResult(VerdictResult.UNKNOWN)
            .setReason(VerdictReason.UNAVAILABLE)
            .setDetail("the connector's trustAnchors are not in the directory")
            .build()
        : check.judge(question, set.get());
  }
}
