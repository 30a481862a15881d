package io.postern.certificate.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.anchors.AnchorSource;
import io.postern.certificate.anchors.AnchorStore;
import io.postern.certificate.anchors.DefaultAnchors;
import io.postern.certificate.anchors.Distrust;
import io.postern.certificate.judging.ChainJudge;
import io.postern.certificate.rehearsal.Rehearsal.Outcome;
import io.postern.certificate.rehearsal.Rehearsal.Result;
import io.postern.certificate.revocation.Finding;
import io.postern.certificate.revocation.RevocationCheck;
import io.postern.certificate.revocation.RevocationQuestion;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.RevocationEvidence;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.RevocationStatus;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.rules.CertificateUse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each question waits for its lists for as long as the first one did. */
class ConnectorOutcomesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Instant START = Instant.now();
  private static final LabCa CA = LabCa.create("Slow lists");

  @TempDir Path folder = Path.of("");

  private final SlowLists lists = new SlowLists();

  /** Every list takes four seconds of the clock, and is good. */
  private static final class SlowLists implements RevocationCheck {
    private Instant clock = START;
    private final List<Duration> left = new ArrayList<>();
    private final List<Instant> judgedAt = new ArrayList<>();

    @Override
    public synchronized Finding check(RevocationQuestion question) {
      if (question.issuer().selfIssued()) {
        return good(); // the intermediate's: was there at once
      }
      left.add(Duration.between(clock, question.patience().until()));
      judgedAt.add(question.now());
      clock = clock.plusSeconds(4);
      return good();
    }

    private static Finding good() {
      return new Finding(
          RevocationEvidence.newBuilder().setStatus(RevocationStatus.NOT_REVOKED).build(),
          Instant.MAX);
    }

    private synchronized Instant now() {
      return clock;
    }
  }

  @Test
  void aSecondSlowListHasAsMuchTimeAsTheFirst() throws Exception {
    List<Outcome> outcomes = outcomes(CA.issue(Issue.to("mail.example")));
    assertThat(outcomes).extracting(Outcome::result).containsExactly(Result.OK, Result.OK);
    assertThat(lists.left).containsExactly(PATIENCE, PATIENCE);
    assertThat(lists.judgedAt).containsExactly(START, START);
  }

  @Test
  void oneThatBeginsInAnHourIsNotWaitedForUntilThen() throws Exception {
    Instant begin = START.plus(Duration.ofHours(1));
    Identity soon =
        CA.issue(Issue.to("mail.example").valid(begin, begin.plus(Duration.ofDays(90))));
    assertThat(outcomes(soon)).extracting(Outcome::result).containsExactly(Result.OK, Result.OK);
    assertThat(lists.left).containsExactly(PATIENCE, PATIENCE);
    assertThat(lists.judgedAt)
        .allSatisfy(at -> assertThat(at).isBetween(begin.minusSeconds(1), begin));
  }

  private List<Outcome> outcomes(Identity replacement) throws Exception {
    Path root = folder.resolve("root.pem");
    CA.writeRoot(root);
    DefaultAnchors anchors = new DefaultAnchors(List.of(AnchorSource.pem(root)), Distrust.NONE);
    return new ConnectorOutcomes(
            new AnchorStore(anchors, Optional::empty), new ChainJudge(lists, PATIENCE), lists::now)
        .of(
            Change.of(
                parsed(CA.issue(Issue.to("mail.example"))), parsed(replacement), anchors.current()),
            Optional.empty(),
            List.of(
                use("first", RevocationMode.REVOCATION_REQUIRED),
                use("second", RevocationMode.REVOCATION_BEST_EFFORT)));
  }

  private static CertificateUse use(String object, RevocationMode revocation) {
    return new CertificateUse(
        "contoso",
        object,
        CertificateRole.ROLE_CLIENT,
        "tlsSenderCertificateName",
        "mail.example",
        AnchorSetReference.getDefaultInstance(),
        revocation);
  }

  private static List<ParsedCertificate> parsed(Identity identity) throws Exception {
    List<ParsedCertificate> chain = new ArrayList<>();
    for (byte[] der : identity.der()) {
      chain.add(ParsedCertificate.parse(der));
    }
    return chain;
  }
}
