package io.postern.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.RevocationMode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class VerdictQuestionTest {
  private static final byte[] LEAF = {1, 2, 3};
  private static final byte[] ISSUER = {4, 5};
  private static final AnchorSetReference DEFAULT = AnchorSetReference.getDefaultInstance();

  @Test
  void everyFieldThatCanChangeTheAnswerChangesTheKey() {
    AnchorSetReference own = anchors("contoso/roots", "7");
    List<VerdictQuestion> questions =
        List.of(
            question(List.of(LEAF, ISSUER), new byte[0], DEFAULT),
            question(List.of(ISSUER, LEAF), new byte[0], DEFAULT),
            question(List.of(LEAF), new byte[0], DEFAULT),
            question(List.of(LEAF), ISSUER, DEFAULT),
            question(List.of(), new byte[0], DEFAULT),
            // the same bytes, cut elsewhere
            question(List.of(new byte[] {1, 2, 3, 4, 5}), new byte[0], DEFAULT),
            question(List.of(new byte[] {1, 2}, new byte[] {3, 4, 5}), new byte[0], DEFAULT),
            question(List.of(LEAF, ISSUER), new byte[0], own),
            question(List.of(LEAF, ISSUER), new byte[0], anchors("contoso/roots", "8")),
            question(List.of(LEAF, ISSUER), new byte[0], anchors("fabrikam/roots", "7")),
            question(List.of(LEAF, ISSUER), new byte[0], anchors("contoso/root", "s7")),
            new VerdictQuestion(
                List.of(LEAF, ISSUER),
                new byte[0],
                CertificateRole.ROLE_SERVER,
                DEFAULT,
                RevocationMode.REVOCATION_REQUIRED,
                "contoso"),
            new VerdictQuestion(
                List.of(LEAF, ISSUER),
                new byte[0],
                CertificateRole.ROLE_CLIENT,
                DEFAULT,
                RevocationMode.REVOCATION_BEST_EFFORT,
                "contoso"));
    Set<VerdictKey> keys = new HashSet<>();
    for (VerdictQuestion question : questions) {
      keys.add(question.key());
    }
    assertThat(keys).hasSameSizeAs(questions);
  }

  @Test
  void theKeyIsTheSameForEachOrganizationAndIsComputedOnce() {
    VerdictQuestion question = question(List.of(LEAF, ISSUER), new byte[0], DEFAULT);
    VerdictQuestion other = question.askedBy("fabrikam");
    assertThat(other.organization()).isEqualTo("fabrikam");
    assertThat(other.chain()).containsExactly(LEAF, ISSUER);
    assertThat(other.key()).isSameAs(question.key());
    assertThat(question.key()).isSameAs(question.key());
    assertThat(question.askedBy(question.organization())).isSameAs(question);
  }

  @Test
  void theOrganizationDoesNotChangeTheKey() {
    VerdictQuestion contoso = question(List.of(LEAF), new byte[0], DEFAULT);
    VerdictQuestion fabrikam =
        new VerdictQuestion(
            List.of(LEAF.clone()),
            new byte[0],
            CertificateRole.ROLE_CLIENT,
            DEFAULT,
            RevocationMode.REVOCATION_REQUIRED,
            "fabrikam");
    assertThat(contoso.key()).isEqualTo(fabrikam.key());
  }

  @Test
  void aKeyIsReadBack() {
    VerdictKey key = question(List.of(LEAF), new byte[0], DEFAULT).key();
    assertThat(key.bytes()).hasSize(32);
    assertThat(VerdictKey.of(key.bytes())).isEqualTo(key);
    assertThatThrownBy(() -> new VerdictKey("00")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aChainsFingerprintIsTheDigestOfDigests() {
    assertThat(Fingerprints.chain(List.of())).isEmpty();
    byte[] both = new byte[64];
    System.arraycopy(Fingerprints.sha256(LEAF), 0, both, 0, 32);
    System.arraycopy(Fingerprints.sha256(ISSUER), 0, both, 32, 32);
    assertThat(Fingerprints.chain(List.of(LEAF, ISSUER))).isEqualTo(Fingerprints.sha256(both));
    assertThat(Fingerprints.hex(Fingerprints.sha256(new byte[0])))
        .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  }

  private static VerdictQuestion question(
      List<byte[]> chain, byte[] staple, AnchorSetReference anchors) {
    return new VerdictQuestion(
        chain,
        staple,
        CertificateRole.ROLE_CLIENT,
        anchors,
        RevocationMode.REVOCATION_REQUIRED,
        "contoso");
  }

  private static AnchorSetReference anchors(String id, String version) {
    return AnchorSetReference.newBuilder().setId(id).setVersion(version).build();
  }
}
