package io.postern.certificate.judging;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.anchors.TrustAnchors;
import io.postern.certificate.revocation.ListSigners;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.VerdictResult;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.security.auth.x500.X500Principal;

/**
 * The presented certificates as signers of lists. One that is not on the path needs a good path of
 * its own to the same anchor, with revocation required, whatever is asked of the chain. Bound: the
 * signers of lists about signers are the last that are looked for.
 */
final class PathSigners implements ListSigners {
  private static final int DEEPEST = 2;

  private final PathJudge judge;
  private final CandidatePath path;
  private final PathJudge.Asked asked;

  PathSigners(PathJudge judge, CandidatePath path, PathJudge.Asked asked) {
    this.judge = judge;
    this.path = path;
    this.asked = asked;
  }

  @Override
  public List<ParsedCertificate> named(X500Principal name) {
    Set<ParsedCertificate> all = new LinkedHashSet<>(path.all());
    all.addAll(asked.presented());
    return all.stream().filter(certificate -> certificate.subject().equals(name)).toList();
  }

  @Override
  public boolean trusted(ParsedCertificate signer) throws InterruptedException {
    if (path.all().contains(signer)) {
      return true; // the path is judged with it
    }
    if (asked.depth() >= DEEPEST) {
      return false;
    }
    List<ParsedCertificate> all = new ArrayList<>(List.of(signer));
    asked.presented().stream().filter(certificate -> !certificate.equals(signer)).forEach(all::add);
    TrustAnchors anchor =
        new TrustAnchors(AnchorSetReference.getDefaultInstance(), List.of(path.anchor()));
    PathJudge.Asked aboutSigner =
        new PathJudge.Asked(
            new PathRules.Question(Purpose.ANY, PolicyInputs.NONE, asked.now()),
            RevocationMode.REVOCATION_REQUIRED,
            asked.presented(),
            new byte[0],
            asked.giveUp(),
            asked.depth() + 1);
    for (CandidatePath way : new PathSearch(all, anchor).paths()) {
      Judgement judgement = judge.judge(way, aboutSigner);
      if (judgement.result() == VerdictResult.GOOD) {
        return true;
      }
    }
    return false;
  }
}
