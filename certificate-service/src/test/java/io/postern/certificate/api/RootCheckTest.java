package io.postern.certificate.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.certificate.anchors.AnchorHistory;
import io.postern.certificate.anchors.AnchorQuery;
import io.postern.certificate.anchors.AnchorSource;
import io.postern.certificate.anchors.DefaultAnchors;
import io.postern.certificate.anchors.Distrust;
import io.postern.certificate.answers.AnchorSettings;
import io.postern.certificate.api.TrustAnswer.Root;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.TrustBundle;
import io.postern.lab.LabCa;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What another replica has recorded is no answer to what is trusted in this one. */
class RootCheckTest {
  private static final Instant FIRST = Instant.parse("2026-11-23T10:00:00Z");
  private static final Instant LATER = FIRST.plusSeconds(3600);

  @TempDir Path folder = Path.of("");
  private final LabCa ours = LabCa.create("Ours");
  private final LabCa theirs = LabCa.create("Theirs");
  private final AnchorHistory history = new AnchorHistory();

  private DefaultAnchors replica(String name, LabCa... roots) throws Exception {
    Path its = Files.createDirectory(folder.resolve(name));
    for (int i = 0; i < roots.length; i++) {
      roots[i].writeRoot(its.resolve(i + ".pem"));
    }
    return new DefaultAnchors(List.of(AnchorSource.folder(its)), Distrust.NONE);
  }

  private void recorded(DefaultAnchors set, Instant at) {
    TrustBundle record = Objects.requireNonNull(history.toRecord(set.bundle(), at));
    history.take(record);
  }

  private static TrustAnswer check(DefaultAnchors set, @Nullable AnchorHistory history, LabCa root)
      throws Exception {
    AnchorSettings settings =
        new SmallRyeConfigBuilder()
            .addDiscoveredConverters()
            .addDefaultInterceptors()
            .withMapping(AnchorSettings.class)
            .build()
            .getConfigMapping(AnchorSettings.class);
    String fingerprint = Fingerprints.hex(Fingerprints.sha256(root.root().getEncoded()));
    return new RootCheck(new RootAdvice(settings), set.inForce(), history, List.of())
        .find(fingerprint, AnchorQuery.fingerprint(fingerprint));
  }

  @Test
  void whatAReplicaThatIsGoneHasRecordedIsNotTrustedHere() throws Exception {
    DefaultAnchors here = replica("here", ours);
    recorded(here, FIRST);
    recorded(replica("gone", theirs), LATER);

    TrustAnswer trusted = check(here, history, ours);
    assertThat(trusted.trusted()).isTrue();
    assertThat(trusted.todo()).isEmpty();
    Root root = trusted.roots().getFirst();
    assertThat(root.since()).isEqualTo(FIRST);
    assertThat(root.sinceBundle()).isEqualTo(here.bundle().getVersion());
    assertThat(root.until()).isNull();
    assertThat(root.anchor().sources()).hasSize(1);

    TrustAnswer foreign = check(here, history, theirs);
    assertThat(foreign.trusted()).isFalse();
    assertThat(foreign.roots()).isEmpty();
    assertThat(foreign.todo()).isNotEmpty();
  }

  @Test
  void whatIsNotRecordedYetIsTrustedWithoutADate() throws Exception {
    DefaultAnchors both = replica("both", ours, theirs);
    recorded(replica("before", ours), FIRST);
    assertThat(check(both, history, theirs).roots().getFirst())
        .satisfies(root -> assertThat(root.trusted()).isTrue())
        .satisfies(root -> assertThat(root.since()).isNull());
    assertThat(check(both, history, ours).roots().getFirst().since()).isEqualTo(FIRST);
  }

  @Test
  void whatIsTrustedIsKnownAlsoWhileTheLogIsAway() throws Exception {
    TrustAnswer answer = check(replica("here", ours), null, ours);
    assertThat(answer.trusted()).isTrue();
    assertThat(answer.datesKnown()).isFalse();
  }

  @Test
  void whatWasTrustedOnceIsToldWithItsEnd() throws Exception {
    DefaultAnchors now = replica("now", theirs);
    recorded(replica("before", ours, theirs), FIRST);
    recorded(now, LATER);
    TrustAnswer answer = check(now, history, ours);
    assertThat(answer.trusted()).isFalse();
    assertThat(answer.roots().getFirst().since()).isEqualTo(FIRST);
    assertThat(answer.roots().getFirst().until()).isEqualTo(LATER);
    assertThat(answer.todo().getFirst()).contains("Ours");
  }
}
