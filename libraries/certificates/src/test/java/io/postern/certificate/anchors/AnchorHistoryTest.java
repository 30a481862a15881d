package io.postern.certificate.anchors;

import static io.postern.certificate.CertificateMaker.ca;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.postern.certificate.CertificateMaker.Made;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.RecordedAnchor;
import io.postern.contracts.v1.TrustBundle;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnchorHistoryTest {
  private static final Made ONE = ca("One").make();
  private static final Made TWO = ca("Two").make();
  private static final Made THREE = ca("Three").make();
  private static final TrustBundle A = bundle(ONE, TWO);
  private static final TrustBundle B = bundle(TWO, THREE);
  private static final TrustBundle C = bundle(ONE, TWO, THREE);

  private AnchorHistory history = new AnchorHistory();

  private static TrustBundle bundle(Made... certificates) {
    return AnchorBundle.of(
            Arrays.stream(certificates)
                .map(made -> new Anchor(made.certificate(), "pem /etc/own.pem"))
                .toList(),
            Distrust.NONE)
        .record();
  }

  private static Instant at(int minute) {
    return Instant.parse("2026-11-23T10:00:00Z").plusSeconds(60L * minute);
  }

  // As the one replica that there is would.
  private TrustBundle comes(TrustBundle bundle, int minute) {
    TrustBundle record = Objects.requireNonNull(history.toRecord(bundle, at(minute)));
    return history.take(record);
  }

  private List<String> timeline() {
    return history.timeline().stream()
        .map(
            entry ->
                (entry.bundle().getVersion().equals(A.getVersion())
                        ? "A"
                        : entry.bundle().getVersion().equals(B.getVersion()) ? "B" : "C")
                    + (entry.since().getEpochSecond() - at(0).getEpochSecond()) / 60)
        .toList();
  }

  private AnchorRun run(Made made) {
    List<AnchorRun> found =
        history.find(
            AnchorQuery.fingerprint(Fingerprints.hex(made.certificate().fingerprint())), "");
    assertThat(found).hasSize(1);
    return found.getFirst();
  }

  @Test
  void aVersionIsRecordedOnceWithWhatCameAndWent() {
    TrustBundle first = comes(A, 0);
    assertThat(first.getBefore()).isEmpty();
    assertThat(first.getCameList()).isEmpty();
    assertThat(history.toRecord(A, at(1))).isNull();

    TrustBundle second = comes(B, 2);
    assertThat(second.getBefore()).isEqualTo(A.getVersion());
    assertThat(second.getCameList())
        .containsExactly(ByteString.copyFrom(THREE.certificate().fingerprint()));
    assertThat(second.getWentList())
        .extracting(RecordedAnchor::getSubject)
        .containsExactly(ONE.certificate().shown());
    assertThat(timeline()).containsExactly("B2", "A0");
    assertThat(history.version(A.getVersion())).contains(first);
    assertThat(history.version("none")).isEmpty();
  }

  @Test
  void aVersionThatComesBackIsInForceTwice() {
    comes(A, 0);
    comes(B, 1);
    TrustBundle again = comes(A, 2);
    assertThat(again.getInForceMillisList())
        .containsExactly(at(0).toEpochMilli(), at(2).toEpochMilli());
    assertThat(timeline()).containsExactly("A2", "B1", "A0");
    assertThat(run(ONE).since()).as("the unbroken run").isEqualTo(at(2));
    assertThat(run(TWO).since()).isEqualTo(at(0));
  }

  @Test
  void sinceWhenIsTheFirstVersionOfTheUnbrokenRun() {
    comes(A, 0);
    comes(B, 1);
    comes(C, 2);
    AnchorRun three = run(THREE);
    assertThat(three.since()).isEqualTo(at(1));
    assertThat(three.version()).isEqualTo(B.getVersion());
    assertThat(three.orEarlier()).isFalse();
    assertThat(three.until()).isNull();
    assertThat(three.sources()).containsExactly("pem /etc/own.pem");
    assertThat(run(TWO).orEarlier()).as("nobody knows what was before").isTrue();
    comes(B, 3);
    assertThat(run(ONE).until()).isEqualTo(at(3));
    assertThat(run(ONE).since()).isEqualTo(at(2));
  }

  @Test
  void twoReplicasThatSeeTheSameChangeMakeOneEntryAtTheEarlierTime() {
    AnchorHistory other = new AnchorHistory();
    TrustBundle first = comes(A, 0);
    other.take(first);
    TrustBundle mine = Objects.requireNonNull(history.toRecord(B, at(2)));
    TrustBundle theirs = Objects.requireNonNull(other.toRecord(B, at(1)));
    for (List<TrustBundle> order : List.of(List.of(mine, theirs), List.of(theirs, mine))) {
      history = new AnchorHistory();
      history.take(first);
      order.forEach(history::take);
      assertThat(timeline()).containsExactly("B1", "A0");
      // Each writes what it knows now, and that is the same.
      TrustBundle merged = history.version(B.getVersion()).orElseThrow();
      assertThat(history.take(merged)).isEqualTo(merged);
      assertThat(history.toRecord(B, at(3))).isNull();
    }
  }

  @Test
  void aClockThatIsBehindMakesNoChangeLookOlderThanItsPredecessor() {
    comes(A, 5);
    comes(B, 3);
    assertThat(timeline()).containsExactly("B5", "A5");
    assertThat(run(THREE).until()).isNull();
  }

  @Test
  void whatAnotherReplicaHasRecordedSinceDoesNotCountForAVersion() {
    comes(A, 0);
    comes(B, 1);
    AnchorQuery one = AnchorQuery.fingerprint(Fingerprints.hex(ONE.certificate().fingerprint()));
    AnchorQuery three =
        AnchorQuery.fingerprint(Fingerprints.hex(THREE.certificate().fingerprint()));
    assertThat(history.find(one, A.getVersion()))
        .singleElement()
        .satisfies(run -> assertThat(run.since()).isEqualTo(at(0)))
        .satisfies(run -> assertThat(run.until()).isNull());
    assertThat(history.find(three, A.getVersion())).isEmpty();
    assertThat(history.find(three, B.getVersion())).hasSize(1);
    assertThat(history.find(three, "not recorded")).hasSize(1);
  }

  @Test
  void aDifferenceIsBetweenAnyTwoVersions() {
    comes(A, 0);
    comes(B, 1);
    comes(C, 2);
    BundleDifference difference = history.difference(A.getVersion(), C.getVersion()).orElseThrow();
    assertThat(difference.went()).isEmpty();
    assertThat(difference.came())
        .extracting(RecordedAnchor::getSubject)
        .containsExactly(THREE.certificate().shown());
    assertThat(history.difference(C.getVersion(), A.getVersion()).orElseThrow().went())
        .isEqualTo(difference.came());
    assertThat(history.difference(A.getVersion(), "none")).isEmpty();
  }

  @Test
  void whatIsDistrustedIsPartOfADifference() {
    ByteString fingerprint = ByteString.copyFrom(ONE.certificate().fingerprint());
    TrustBundle without =
        AnchorBundle.of(
                List.of(new Anchor(ONE.certificate(), "jdk"), new Anchor(TWO.certificate(), "jdk")),
                Distrust.of(List.of(fingerprint), "postern.anchors.distrusted"))
            .record();
    BundleDifference difference = BundleDifference.between(A, without);
    assertThat(difference.distrusted()).containsExactly(fingerprint);
    assertThat(difference.went()).hasSize(1);
    assertThat(BundleDifference.between(without, A).distrustedNoMore())
        .containsExactly(fingerprint);
    assertThat(difference.shown()).contains("went: 1 (\"").contains("distrusted now: 1");
  }

  @Test
  void theOldestVersionsAreForgotten() {
    AnchorHistory small = new AnchorHistory(2, Long.MAX_VALUE);
    int minute = 0;
    for (TrustBundle bundle : List.of(A, B, A, C)) {
      small.take(Objects.requireNonNull(small.toRecord(bundle, at(minute++))));
    }
    assertThat(small.forgotten()).isTrue();
    assertThat(small.version(B.getVersion())).as("not in force for longest").isEmpty();
    assertThat(small.timeline())
        .extracting(entry -> entry.bundle().getVersion())
        .containsExactly(C.getVersion(), A.getVersion());
    AnchorHistory bytes = new AnchorHistory(100, A.getSerializedSize() + 100);
    bytes.take(Objects.requireNonNull(bytes.toRecord(A, at(0))));
    bytes.take(Objects.requireNonNull(bytes.toRecord(C, at(1))));
    assertThat(bytes.timeline()).hasSize(1);
  }

  @Test
  void aRecordThatWasNeverInForceSaysNothing() {
    assertThat(history.take(A)).isEqualTo(A);
    assertThat(history.version(A.getVersion())).isEmpty();
    AnchorHistory small = new AnchorHistory(1, Long.MAX_VALUE);
    small.take(A);
    small.take(B);
    assertThat(small.timeline()).isEmpty();
  }

  @Test
  void ofManyTimesTheFirstAndTheNewestAreKept() {
    for (int i = 0; i < 2 * AnchorHistory.MOST_TIMES; i++) {
      comes(A, 2 * i);
      comes(B, 2 * i + 1);
    }
    TrustBundle kept = history.version(A.getVersion()).orElseThrow();
    assertThat(kept.getInForceMillisCount()).isEqualTo(AnchorHistory.MOST_TIMES);
    assertThat(kept.getInForceMillis(0)).isEqualTo(at(0).toEpochMilli());
    assertThat(kept.getInForceMillis(AnchorHistory.MOST_TIMES - 1))
        .isEqualTo(at(4 * AnchorHistory.MOST_TIMES - 2).toEpochMilli());
  }

  @Test
  void anAnchorIsFoundByNameAndByBothFingerprints() {
    comes(A, 0);
    RecordedAnchor one = run(ONE).anchor();
    String sha1 = Fingerprints.hex(one.getSha1().toByteArray());
    String colons = sha1.toUpperCase(java.util.Locale.ROOT).replaceAll("(..)(?=.)", "$1:");
    assertThat(history.find(AnchorQuery.fingerprint(sha1), "")).hasSize(1);
    assertThat(history.find(AnchorQuery.fingerprint(colons), "")).hasSize(1);
    assertThat(history.find(AnchorQuery.name("cn=oNe"), "")).hasSize(1);
    assertThat(history.find(AnchorQuery.name("O=Test"), "")).hasSize(2);
    assertThat(history.find(AnchorQuery.name("nobody"), "")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ab", "zz:zz", "df3c24f9bfd666761b268073fe06d1cc8d4f82a400"})
  void whatIsNoFingerprintIsRefusedWithTheCure(String text) {
    assertThatThrownBy(() -> AnchorQuery.fingerprint(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("SHA-256");
  }
}
