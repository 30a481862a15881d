package io.postern.log.verdicts;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.RevocationAnnouncement;
import io.postern.contracts.v1.RevocationEvidence;
import io.postern.contracts.v1.RevocationStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnnouncedRevocationsTest {
  private static final String URL = "http://crl.example/";

  private final AnnouncedRevocations revocations = new AnnouncedRevocations();

  private static ByteString certificate(String name) {
    return ByteString.copyFromUtf8(name);
  }

  private static RevocationAnnouncement announcement(String certificate, long thisUpdate) {
    return RevocationAnnouncement.newBuilder()
        .setCertificateFingerprint(certificate(certificate))
        .setUrl(URL)
        .setThisUpdateMillis(thisUpdate)
        .build();
  }

  private static RevocationEvidence evidence(
      String certificate, RevocationStatus status, String url, long thisUpdate) {
    return RevocationEvidence.newBuilder()
        .setCertificateFingerprint(certificate(certificate))
        .setStatus(status)
        .setUrl(url)
        .setThisUpdateMillis(thisUpdate)
        .build();
  }

  @Test
  void announcedTwiceIsOnce() {
    assertThat(revocations.take(announcement("leaf", 200))).isTrue();
    assertThat(revocations.take(announcement("leaf", 200))).isFalse();
    assertThat(revocations.take(announcement("leaf", 100))).as("an older one").isFalse();
    assertThat(revocations.take(announcement("leaf", 300))).isTrue();
    assertThat(revocations.take(announcement("other", 200))).isTrue();
  }

  @ParameterizedTest(name = "{0} {1} {2} {3}")
  @CsvSource({
    "leaf, NOT_REVOKED, http://crl.example/, 199, true",
    "leaf, NOT_REVOKED, http://crl.example/, 200, false",
    "leaf, NOT_REVOKED, http://crl.example/, 300, false",
    "leaf, NOT_REVOKED, http://mirror.example/, 199, true",
    "leaf, NOT_REVOKED, http://mirror.example/, 200, false",
    "leaf, NOT_REVOKED, '', 100, true",
    "leaf, IS_REVOKED, http://crl.example/, 100, false",
    "leaf, UNREACHABLE, http://crl.example/, 0, true",
    "leaf, UNREACHABLE, http://crl.example/, 200, false",
    "leaf, STALE, http://crl.example/, 199, true",
    "leaf, STALE, http://crl.example/, 200, false",
    "leaf, NOT_CHECKED, '', 0, false",
    "leaf, NOTHING_PUBLISHED, '', 0, false",
    "other, NOT_REVOKED, http://crl.example/, 100, false",
  })
  void aVerdictIsOvertaken(
      String certificate, RevocationStatus status, String url, long thisUpdate, boolean overtaken) {
    revocations.take(announcement("leaf", 200));
    RevocationEvidence evidence = evidence(certificate, status, url, thisUpdate);
    assertThat(revocations.voids(CertificateVerdict.newBuilder().addRevocation(evidence).build()))
        .isEqualTo(overtaken);
    assertThat(revocations.voids(CertificateVerdict.newBuilder().addSupporting(evidence).build()))
        .isEqualTo(overtaken);
  }

  /** Whoever fetches again needs all places, also of those beside the path. */
  @Test
  void allThatWasOvertakenIsNamed() {
    revocations.take(announcement("leaf", 200));
    revocations.take(announcement("responder", 300));
    RevocationEvidence leaf = evidence("leaf", RevocationStatus.NOT_REVOKED, URL, 100);
    RevocationEvidence responder = evidence("responder", RevocationStatus.STALE, URL, 100);
    CertificateVerdict verdict =
        CertificateVerdict.newBuilder().addRevocation(leaf).addSupporting(responder).build();
    assertThat(revocations.overtaken(verdict))
        .containsExactly(
            new AnnouncedRevocations.Overtaken(leaf, 200),
            new AnnouncedRevocations.Overtaken(responder, 300));
  }

  @Test
  void aVerdictRestsOnItsPathAndOnThoseWhoTellOfIt() {
    CertificateVerdict onPath =
        CertificateVerdict.newBuilder()
            .addPath(certificate("leaf"))
            .addPath(certificate("issuer"))
            .addSupporting(evidence("responder", RevocationStatus.NOT_REVOKED, URL, 1))
            .build();
    for (String certificate : new String[] {"leaf", "issuer", "responder"}) {
      assertThat(AnnouncedRevocations.concerns(certificate(certificate), onPath)).isTrue();
    }
    assertThat(AnnouncedRevocations.concerns(certificate("other"), onPath)).isFalse();
    CertificateVerdict knows =
        onPath.toBuilder()
            .addRevocation(evidence("leaf", RevocationStatus.IS_REVOKED, URL, 200))
            .build();
    assertThat(AnnouncedRevocations.concerns(certificate("leaf"), knows)).isFalse();
    assertThat(AnnouncedRevocations.concerns(certificate("issuer"), knows)).isTrue();
  }

  @Test
  void thoseAnnouncedLastAreKept() {
    int all = AnnouncedRevocations.MOST * 2;
    for (int i = 0; i < all; i++) {
      revocations.take(announcement("leaf " + i, 200));
    }
    // Announced again by something newer: it is among the last once more.
    int first = all - AnnouncedRevocations.MOST;
    revocations.take(announcement("leaf " + first, 300));
    revocations.take(announcement("another", 200));
    assertThat(voids("leaf " + first)).isTrue();
    assertThat(voids("leaf " + (first + 1))).isFalse();
    for (int i = first + 2; i < all; i++) {
      assertThat(voids("leaf " + i)).isTrue();
    }
    assertThat(voids("leaf " + (first - 1))).isFalse();
  }

  private boolean voids(String certificate) {
    return revocations.voids(
        CertificateVerdict.newBuilder()
            .addRevocation(evidence(certificate, RevocationStatus.NOT_REVOKED, URL, 100))
            .build());
  }
}
