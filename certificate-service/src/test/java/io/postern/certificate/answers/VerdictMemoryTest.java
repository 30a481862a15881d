package io.postern.certificate.answers;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.Fingerprints;
import io.postern.contracts.VerdictKey;
import io.postern.contracts.v1.AnchorSetAnnouncement;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.CertificateVerdict;
import org.junit.jupiter.api.Test;

class VerdictMemoryTest {
  private static final AnchorSetAnnouncement DEFAULTS =
      AnchorSetAnnouncement.newBuilder()
          .setAnchors(AnchorSetReference.newBuilder().setVersion("v1"))
          .build();
  private final VerdictMemory memory = new VerdictMemory(2);

  private static VerdictKey key(int number) {
    return VerdictKey.of(Fingerprints.sha256(new byte[] {(byte) number}));
  }

  private static CertificateVerdict verdict(String anchorSet, String version) {
    return CertificateVerdict.newBuilder()
        .setAnchors(AnchorSetReference.newBuilder().setId(anchorSet).setVersion(version))
        .setValidUntilMillis(100)
        .build();
  }

  @Test
  void aVerdictIsKnownWhileItIsValid() {
    memory.put(key(1), verdict("", "v1"));
    assertThat(memory.get(key(1), DEFAULTS, 99)).isNotNull();
    assertThat(memory.get(key(1), DEFAULTS, 100)).isNull();
  }

  @Test
  void aVerdictByAnotherDefaultSetIsVoid() {
    memory.put(key(1), verdict("", "v0"));
    memory.put(key(2), verdict("contoso/own", "v0"));
    assertThat(memory.get(key(1), DEFAULTS, 1)).isNull();
    assertThat(memory.get(key(2), DEFAULTS, 1)).isNotNull();
  }

  @Test
  void aVerdictThatDoesNotKnowWhatIsDistrustedNowIsVoidInEverySet() {
    memory.put(key(1), verdict("contoso/own", "v0"));
    memory.put(key(2), verdict("contoso/own", "v0").toBuilder().setDistrustVersion("d1").build());
    AnchorSetAnnouncement distrusting = DEFAULTS.toBuilder().setDistrustVersion("d1").build();
    assertThat(memory.get(key(1), distrusting, 1)).isNull();
    assertThat(memory.get(key(2), distrusting, 1)).isNotNull();
    assertThat(memory.get(key(2), DEFAULTS, 1)).isNull();
  }

  @Test
  void theOneNotAskedForLongestIsForgotten() {
    memory.put(key(1), verdict("", "v1"));
    memory.put(key(2), verdict("", "v1"));
    assertThat(memory.get(key(1), DEFAULTS, 1)).isNotNull();
    memory.put(key(3), verdict("", "v1"));
    assertThat(memory.get(key(2), DEFAULTS, 1)).isNull();
    assertThat(memory.get(key(1), DEFAULTS, 1)).isNotNull();
  }
}
