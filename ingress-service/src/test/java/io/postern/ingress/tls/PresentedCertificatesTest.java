package io.postern.ingress.tls;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.OwnCertificate;
import io.postern.contracts.v1.OwnCertificateState;
import io.postern.contracts.v1.OwnTls;
import io.postern.ingress.TestServer;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.transport.KeyMaterial;
import io.postern.transport.TlsServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PresentedCertificatesTest {
  private static final Instant PLANNED = Instant.parse("2027-01-31T08:00:00Z");

  private static final Identity PRESENT = TestServer.IDENTITY;
  private static final Identity NEXT = TestServer.CA.issue(Issue.to("next.postern.example"));
  private static final Identity AFTER = TestServer.CA.issue(Issue.to("after.postern.example"));
  private static final Identity RSA =
      TestServer.CA.issue(Issue.to("rsa.postern.example").withRsaKey());

  @TempDir private Path folder;
  private TlsServer server;

  @BeforeEach
  void start() {
    server = new TlsServer(new KeyMaterial(PRESENT.chain(), PRESENT.key()));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void thePresentedCertificateIsPublishedWithTheAbilitiesOfItsKey() {
    PresentedCertificates certificates =
        new PresentedCertificates(server, Optional.empty(), Optional.empty());
    OwnTls before = certificates.get();
    assertThat(published(before)).containsExactly(own(PRESENT, true));
    assertThat(certificates.get()).isEqualTo(before);

    server.reload(new KeyMaterial(RSA.chain(), RSA.key()));
    OwnTls after = certificates.get();
    assertThat(published(after)).containsExactly(own(RSA, true));
    assertThat(after.getCapabilitiesList()).isNotEqualTo(before.getCapabilitiesList());
  }

  @Test
  void theComingCertificateIsPublishedAsItsFileIsNow() throws Exception {
    Path coming = folder.resolve("coming.pem");
    PresentedCertificates certificates =
        new PresentedCertificates(server, Optional.of(coming), Optional.of(PLANNED));
    assertThat(published(certificates.get())).containsExactly(own(PRESENT, true));

    NEXT.write(folder, "coming");
    assertThat(published(certificates.get())).containsExactly(own(PRESENT, true), own(NEXT, false));
    AFTER.write(folder, "coming");
    assertThat(published(certificates.get()))
        .containsExactly(own(PRESENT, true), own(AFTER, false));

    for (String broken : List.of("", "no certificate", damaged())) {
      Files.writeString(coming, broken);
      assertThat(published(certificates.get())).containsExactly(own(PRESENT, true));
    }
    NEXT.write(folder, "coming");
    assertThat(published(certificates.get())).containsExactly(own(PRESENT, true), own(NEXT, false));
    Files.delete(coming);
    assertThat(published(certificates.get())).containsExactly(own(PRESENT, true));
  }

  private static String damaged() {
    return "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
  }

  /** The certificates, without the fields that follow from the chain. */
  private static List<OwnCertificate> published(OwnTls own) {
    return own.getCertificatesList().stream()
        .map(certificate -> certificate.toBuilder().clearChainFingerprint().build())
        .toList();
  }

  private static OwnCertificate own(Identity identity, boolean presented) {
    OwnCertificate.Builder own =
        OwnCertificate.newBuilder()
            .setRole(CertificateRole.ROLE_SERVER)
            .setState(presented ? OwnCertificateState.PRESENTED : OwnCertificateState.COMING)
            .setPlannedMillis(presented ? 0 : PLANNED.toEpochMilli());
    identity.der().forEach(der -> own.addChain(ByteString.copyFrom(der)));
    return own.build();
  }
}
