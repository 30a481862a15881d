package io.postern.certificate.judging;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.anchors.TrustAnchors;
import io.postern.certificate.revocation.Finding;
import io.postern.certificate.revocation.ListSigners;
import io.postern.certificate.revocation.SignerTrust;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.RevocationEvidence;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.VerdictResult;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * The presented certificates as signers of lists. One that is not on the path needs a good path of
 * its own to the same anchor, with revocation required, even where the chain's question does not.
 * Bounds: no signers are looked for beyond those of lists about signers, and {@link SignerMemo}.
 */
record PathSigners(PathJudge judge, CandidatePath path, PathJudge.PathQuestion asked)
    implements ListSigners {
  private static final int DEEPEST = 2;

  @Override
  public List<ParsedCertificate> named(X500Principal name) {
    Set<ParsedCertificate> all = new LinkedHashSet<>(path.all());
    all.addAll(asked.presented());
    return all.stream().filter(certificate -> certificate.subject().equals(name)).toList();
  }

  @Override
  public @Nullable SignerTrust trusted(ParsedCertificate signer, ParsedCertificate about)
      throws InterruptedException {
    int at = path.all().indexOf(signer);
    if (at >= 0) {
      return at > path.all().indexOf(about) ? SignerTrust.OF_THE_PATH : null; // above it
    }
    if (asked.depth() >= DEEPEST || asked.late()) {
      return null;
    }
    Set<ParsedCertificate> inQuestion = new HashSet<>(asked.inQuestion());
    inQuestion.add(about);
    return asked
        .signers()
        .of(
            new SignerMemo.Key(signer, path.anchor(), inQuestion, asked.depth()),
            () -> judged(signer, inQuestion));
  }

  private @Nullable SignerTrust judged(ParsedCertificate signer, Set<ParsedCertificate> inQuestion)
      throws InterruptedException {
    List<ParsedCertificate> all = new ArrayList<>(List.of(signer));
    asked.presented().stream().filter(certificate -> !certificate.equals(signer)).forEach(all::add);
    TrustAnchors anchor =
        new TrustAnchors(AnchorSetReference.getDefaultInstance(), List.of(path.anchor()));
    PathJudge.PathQuestion aboutSigner =
        new PathJudge.PathQuestion(
            new PathRules.Question(Purpose.ANY, PolicyInputs.NONE, asked.now()),
            RevocationMode.REVOCATION_REQUIRED,
            asked.presented(),
            new byte[0],
            asked.patience(),
            asked.endNanos(),
            asked.depth() + 1,
            inQuestion,
            asked.signers());
    for (CandidatePath way : new PathSearch(all, anchor).paths()) {
      if (way.below().stream().noneMatch(inQuestion::contains)) {
        Judgement judgement = judge.judge(way, aboutSigner);
        if (judgement.result() == VerdictResult.GOOD) {
          return new SignerTrust(judgement.validUntil(), evidence(judgement));
        }
      }
    }
    return null;
  }

  private static List<RevocationEvidence> evidence(Judgement judgement) {
    List<RevocationEvidence> all = new ArrayList<>();
    for (Finding finding : judgement.findings()) {
      all.add(finding.evidence());
      all.addAll(finding.supporting());
    }
    return all;
  }
}
