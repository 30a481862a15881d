package io.postern.delivery.certificates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.postern.contracts.v1.OwnCertificate;
import io.postern.contracts.v1.OwnCertificateState;
import io.postern.contracts.v1.OwnTls;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Collections;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PresentedCertificatesTest {
  private static final LabCa CA = LabCa.create("Lab");
  private static final Identity FIRST = CA.issue(Issue.to("first.contoso.example"));
  private static final Identity SECOND = CA.issue(Issue.to("second.contoso.example"));
  private static final FileTime PAST = FileTime.fromMillis(1_700_000_000_000L);

  @TempDir private Path root;
  private Path folder; // the organization's
  private PresentedCertificates certificates;

  @BeforeEach
  void start() {
    folder = root.resolve("contoso");
    certificates = new PresentedCertificates(Optional.of(root));
  }

  @Test
  void whatIsInUseAndWhatIsToComeIsTold() throws Exception {
    FIRST.write(folder, "gate");
    SECOND.write(folder, "gate.coming");
    OwnTls own = certificates.get();
    assertThat(own.getCertificatesList())
        .extracting(OwnCertificate::getName, OwnCertificate::getState)
        .containsExactly(
            tuple("contoso/gate", OwnCertificateState.PRESENTED),
            tuple("contoso/gate", OwnCertificateState.COMING));
    assertThat(leaf(own, 0)).isEqualTo(FIRST.der().getFirst());
    assertThat(leaf(own, 1)).isEqualTo(SECOND.der().getFirst());
    assertThat(certificates.get()).isEqualTo(own);
    assertThat(certificates.published()).isEqualTo(2);
    assertThat(certificates.unpublished()).isZero();
  }

  @Test
  void whatNoDeliveryCouldPresentIsNotTold() throws Exception {
    new Identity(FIRST.chain(), SECOND.key()).write(folder, "other-key");
    FIRST.write(folder, "no-key");
    Files.delete(folder.resolve("no-key.key"));
    FIRST.write(folder, "broken");
    Files.writeString(folder.resolve("broken.pem"), "no certificate");
    Files.writeString(folder.resolve("broken.coming.pem"), "no certificate");
    FIRST.write(folder, "no name of a connector's");
    FIRST.write(root, "of-no-organization");
    FIRST.write(root.resolve("No organization"), "gate");
    FIRST.write(folder.resolve("deeper"), "gate");
    assertThat(certificates.get().getCertificatesList()).isEmpty();
    assertThat(new PresentedCertificates(Optional.empty()).get().getCertificatesList()).isEmpty();
    FIRST.write(folder, "no-key");
    assertThat(certificates.get().getCertificatesList())
        .extracting(OwnCertificate::getName)
        .containsExactly("contoso/no-key");
  }

  @Test
  void onlyWhatChangedIsReadAgain() throws Exception {
    FIRST.write(folder, "gate");
    age("gate.pem");
    OwnTls before = certificates.get();

    // Another content with the old stamp: it would show if it were read.
    long size = Files.size(folder.resolve("gate.pem"));
    Files.write(folder.resolve("gate.pem"), new byte[(int) size]);
    age("gate.pem");
    assertThat(certificates.get()).isEqualTo(before);

    SECOND.write(folder, "gate");
    assertThat(leaf(certificates.get(), 0)).isEqualTo(SECOND.der().getFirst());
    Files.delete(folder.resolve("gate.pem"));
    assertThat(certificates.get().getCertificatesList()).isEmpty();
  }

  @Test
  void whatCouldNotBeReadForAWhileIsReadAgainThoughItsStampIsTheSame() throws Exception {
    FIRST.write(folder, "gate");
    FileTime changed = Files.getLastModifiedTime(folder.resolve("gate.key"));
    Files.move(folder.resolve("gate.key"), folder.resolve("away"));
    assertThat(certificates.get().getCertificatesList()).isEmpty();
    Files.move(folder.resolve("away"), folder.resolve("gate.key"));
    assertThat(Files.getLastModifiedTime(folder.resolve("gate.key"))).isEqualTo(changed);
    assertThat(certificates.get().getCertificatesList()).hasSize(1);
  }

  @Test
  void moreThanAHundredAreCountedAndThoseInUseGoFirst() throws Exception {
    for (int i = 0; i < 60; i++) {
      FIRST.write(folder, "gate%02d".formatted(i));
      SECOND.write(folder, "gate%02d.coming".formatted(i));
    }
    OwnTls own = certificates.get();
    assertThat(own.getCertificatesList())
        .filteredOn(c -> c.getState() == OwnCertificateState.PRESENTED)
        .hasSize(60);
    assertThat(own.getCertificatesList())
        .filteredOn(c -> c.getState() == OwnCertificateState.COMING)
        .hasSize(40);
    assertThat(certificates.published()).isEqualTo(100);
    assertThat(certificates.unpublished()).isEqualTo(20);
    Files.delete(folder.resolve("gate00.coming.pem"));
    assertThat(certificates.get().getCertificatesList()).hasSize(100);
    assertThat(certificates.unpublished()).isEqualTo(19);
  }

  @Test
  void aHundredLongChainsStayBelowARecordsSize() throws Exception {
    Identity large = CA.issue(Issue.to(names(400)));
    Identity chain = new Identity(Collections.nCopies(4, large.leaf()), large.key());
    int size = chain.der().stream().mapToInt(der -> der.length).sum();
    int fit = PresentedCertificates.MOST_BYTES / size;
    assertThat(fit).isLessThan(90);
    for (int i = 0; i < 100; i++) {
      chain.write(folder, "gate%02d.coming".formatted(i));
    }
    OwnTls own = certificates.get();
    assertThat(own.getSerializedSize()).isLessThan(920 * 1024);
    assertThat(own.getCertificatesCount()).isBetween(fit - 1, fit);
    assertThat(certificates.unpublished()).isEqualTo(100 - own.getCertificatesCount());
  }

  private void age(String name) throws IOException {
    Files.setLastModifiedTime(folder.resolve(name), PAST);
  }

  private static byte[] leaf(OwnTls own, int index) {
    return own.getCertificates(index).getChain(0).toByteArray();
  }

  private static String[] names(int count) {
    String[] names = new String[count];
    for (int i = 0; i < count; i++) {
      names[i] = "a-rather-long-name-" + i + ".contoso.example";
    }
    return names;
  }
}
