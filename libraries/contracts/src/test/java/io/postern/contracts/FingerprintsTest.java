package io.postern.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.postern.contracts.v1.AnchorSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FingerprintsTest {
  private static final ByteString ONE = ByteString.copyFrom(Fingerprints.sha256(new byte[] {1}));
  private static final ByteString TWO = ByteString.copyFrom(Fingerprints.sha256(new byte[] {2}));

  private static AnchorSet.Builder set(ByteString... certificates) {
    return AnchorSet.newBuilder().setName("own").addAllCertificates(List.of(certificates));
  }

  @Test
  void aSetOfCertificatesAloneKeepsTheVersionItAlwaysHad() {
    assertThat(Fingerprints.anchorSetVersion(set().build())).isEqualTo("empty");
    assertThat(Fingerprints.anchorSetVersion(set(ONE, TWO).build()))
        .isEqualTo(
            Fingerprints.hex(Fingerprints.chain(List.of(ONE.toByteArray(), TWO.toByteArray())))
                .substring(0, 16));
  }

  @Test
  void whateverChangesWhatIsTrustedMovesTheVersion() {
    List<AnchorSet> different =
        List.of(
            set().build(),
            set().setWithDefaults(true).build(),
            set().addDistrusted(ONE).build(),
            set().setWithDefaults(true).addDistrusted(ONE).build(),
            set().setWithDefaults(true).addDistrusted(TWO).build(),
            set().setWithDefaults(true).addDistrusted(ONE).addDistrusted(TWO).build(),
            set(ONE).build(),
            set(TWO).build(),
            set(ONE, TWO).build(),
            set(TWO, ONE).build(),
            set(ONE).setWithDefaults(true).build(),
            set(ONE).addDistrusted(TWO).build(),
            set(TWO).addDistrusted(ONE).build(),
            set(ONE).setWithDefaults(true).addDistrusted(TWO).build());
    Set<String> versions = new HashSet<>();
    different.forEach(set -> versions.add(Fingerprints.anchorSetVersion(set)));
    assertThat(versions).hasSize(different.size());
  }

  @Test
  void theOrderOfWhatIsDistrustedDoesNot() {
    assertThat(
            Fingerprints.anchorSetVersion(set(ONE).addDistrusted(ONE).addDistrusted(TWO).build()))
        .isEqualTo(
            Fingerprints.anchorSetVersion(
                set(ONE).addDistrusted(TWO).addDistrusted(ONE).addDistrusted(TWO).build()));
    assertThat(Fingerprints.distrustVersion(List.of(ONE, TWO)))
        .isEqualTo(Fingerprints.distrustVersion(List.of(TWO, ONE, ONE)))
        .isNotEqualTo(Fingerprints.distrustVersion(List.of(ONE)));
    assertThat(Fingerprints.distrustVersion(List.of())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a",
        "4BF5122F344554C53BDE2EBB8CD2B7E3D1600AD631C385A5D7CCE23C7785459A",
        "4B:F5:12:2F:34:45:54:C5:3B:DE:2E:BB:8C:D2:B7:E3:D1:60:0A:D6:31:C3:85:A5:D7:CC:E2:3C:77:85:45:9A",
        "4bf5122f 344554c5 3bde2ebb 8cd2b7e3 d1600ad6 31c385a5 d7cce23c 7785459a"
      })
  void aFingerprintIsReadAsPeopleWriteIt(String text) {
    assertThat(Fingerprints.parse(text)).isEqualTo(ONE.toByteArray());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "4bf5",
        "DF3C24F9BFD666761B268073FE06D1CC8D4F82A4",
        "xbf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a",
        "4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a00"
      })
  void anythingElseIsNone(String text) {
    assertThatThrownBy(() -> Fingerprints.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
