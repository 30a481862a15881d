package io.postern.certificate.anchors;

import static io.postern.certificate.CertificateMaker.ca;
import static io.postern.certificate.CertificateMaker.leaf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.postern.certificate.CertificateMaker.Made;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.AnchorSet;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.RecordedAnchor;
import io.postern.contracts.v1.TrustBundle;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SourcesTest {
  private static final Made ONE = ca("One").make();
  private static final Made TWO = ca("Two").make();
  private static final Made THREE = ca("Three").make();
  @TempDir Path folder = Path.of("");

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private DefaultAnchors ofFolder() throws BadAnchorFileException {
    return new DefaultAnchors(List.of(AnchorSource.folder(folder)), Distrust.NONE);
  }

  private static List<String> names(DefaultAnchors anchors) {
    return anchors.bundle().getAnchorsList().stream()
        .map(RecordedAnchor::getSubject)
        .map(subject -> subject.replaceAll(".*CN=([^,]*).*", "$1"))
        .sorted()
        .toList();
  }

  private static long failures(DefaultAnchors anchors) {
    return anchors.sources().stream().mapToLong(AnchorSource::failures).sum();
  }

  @Test
  void aFolderGetsAFileAndLosesOne() throws Exception {
    write("one.pem", Pem.of(ONE));
    DefaultAnchors anchors = ofFolder();
    String first = anchors.current().reference().getVersion();
    assertThat(anchors.reload()).isFalse();

    Files.write(folder.resolve("two.CER"), TWO.der());
    write("three.crt", Pem.of(THREE));
    write("notes.txt", Pem.of(leaf("not.read").make()));
    write(".hidden.pem", Pem.of(leaf("not.read").make()));
    Files.createDirectory(folder.resolve("inner.pem"));
    assertThat(anchors.reload()).isTrue();
    assertThat(names(anchors)).containsExactly("One", "Three", "Two");
    TrustBundle bundle = anchors.bundle();
    assertThat(bundle.getSourcesList())
        .containsExactlyInAnyOrder(
            "folder " + folder.resolve("one.pem"),
            "folder " + folder.resolve("two.CER"),
            "folder " + folder.resolve("three.crt"));

    Files.delete(folder.resolve("two.CER"));
    Files.delete(folder.resolve("three.crt"));
    assertThat(anchors.reload()).isTrue();
    assertThat(anchors.current().reference().getVersion()).isEqualTo(first);
    assertThat(failures(anchors)).isZero();
  }

  @Test
  void aBrokenFileOfAFolderLeavesWhatItHadAndDisturbsNoOther() throws Exception {
    write("one.pem", Pem.of(ONE));
    write("two.pem", Pem.of(TWO));
    DefaultAnchors anchors = ofFolder();
    write("one.pem", Pem.of(ONE).substring(0, 200));
    write("three.pem", Pem.of(THREE));
    write("new.der.crt", "0garbage");
    assertThat(anchors.reload()).isTrue();
    assertThat(names(anchors)).containsExactly("One", "Three", "Two");
    assertThat(failures(anchors)).isEqualTo(2);
    assertThat(anchors.reload()).as("each state of it is told once").isFalse();
    assertThat(failures(anchors)).isEqualTo(2);
    write("one.pem", Pem.of(THREE));
    assertThat(anchors.reload()).isTrue();
    assertThat(names(anchors)).containsExactly("Three", "Two");
  }

  @Test
  void aFolderThatGoesAwayLeavesAll() throws Exception {
    Path inner = Files.createDirectory(folder.resolve("anchors.d"));
    Files.writeString(inner.resolve("one.pem"), Pem.of(ONE));
    DefaultAnchors anchors = new DefaultAnchors(List.of(AnchorSource.folder(inner)), Distrust.NONE);
    Files.move(inner, folder.resolve("away"));
    assertThat(anchors.reload()).isFalse();
    assertThat(anchors.reload()).isFalse();
    assertThat(names(anchors)).containsExactly("One");
    assertThat(failures(anchors)).isEqualTo(1);
    Files.move(folder.resolve("away"), inner);
    Files.delete(inner.resolve("one.pem"));
    assertThat(anchors.reload()).isTrue();
    assertThat(names(anchors)).isEmpty();
  }

  @Test
  void aSourceThatIsMissingAtTheStartIsNamedWithKeyAndCure() {
    Path missing = folder.resolve("missing");
    for (AnchorSource source :
        List.of(
            AnchorSource.system(missing),
            AnchorSource.pem(missing),
            AnchorSource.folder(missing))) {
      assertThatThrownBy(() -> new DefaultAnchors(List.of(source), Distrust.NONE))
          .isInstanceOf(BadAnchorFileException.class)
          .hasMessageStartingWith("postern.anchors." + source.kind() + ": " + missing)
          .hasMessageContaining("; ");
    }
  }

  @Test
  void theJdksAnchorsCanBeLeftOut() throws Exception {
    assertThat(new DefaultAnchors(List.of(), Distrust.NONE).current().size()).isZero();
    DefaultAnchors jdk = new DefaultAnchors(List.of(AnchorSource.jdk()), Distrust.NONE);
    assertThat(jdk.current().size()).isGreaterThan(50);
    assertThat(jdk.bundle().getSourcesList()).containsExactly("jdk");
  }

  @ParameterizedTest
  @ValueSource(strings = {"missing", "empty", "no store"})
  void aJavaRuntimeWithoutAnchorsEndsTheStartAndDoesNotMakeAllUntrusted(String kind)
      throws Exception {
    Path cacerts = folder.resolve("cacerts");
    if (kind.equals("empty")) {
      KeyStore empty = KeyStore.getInstance("PKCS12");
      empty.load(null, null);
      try (OutputStream out = Files.newOutputStream(cacerts)) {
        empty.store(out, "changeit".toCharArray());
      }
    } else if (kind.equals("no store")) {
      write("cacerts", "garbage");
    }
    assertThatThrownBy(() -> new DefaultAnchors(List.of(FileSource.jdk(cacerts)), Distrust.NONE))
        .isInstanceOf(BadAnchorFileException.class)
        .hasMessageStartingWith("postern.anchors.jdk: " + cacerts + ": ")
        .hasMessageContaining("write postern.anchors.jdk=false");
  }

  @Test
  void ofTheSystemsBundleWhatIsNotAcceptedIsLeftOut() throws Exception {
    KeyPairGenerator small = KeyPairGenerator.getInstance("EC", new BouncyCastleProvider());
    small.initialize(new ECGenParameterSpec("secp224r1"));
    String odd = Pem.of(ca("Odd").saying(small.generateKeyPair().getPublic()).der());
    Path file = write("bundle.crt", Pem.of(ONE) + odd + Pem.of(TWO));
    DefaultAnchors anchors = new DefaultAnchors(List.of(AnchorSource.system(file)), Distrust.NONE);
    assertThat(names(anchors)).containsExactly("One", "Two");
    assertThat(anchors.bundle().getSourcesList()).containsExactly("system " + file);
    write(
        "bundle.crt", Pem.of(ONE) + "-----BEGIN CERTIFICATE-----\nMAAA\n-----END CERTIFICATE-----");
    assertThat(anchors.reload()).as("no certificate at all").isFalse();
    assertThat(failures(anchors)).isEqualTo(1);
    assertThatThrownBy(() -> new DefaultAnchors(List.of(write("own.pem", odd))))
        .as("the administrator's own file is refused")
        .isInstanceOf(BadAnchorFileException.class);
  }

  @Test
  void whatIsDistrustedIsInNoSetAndInTheVersion() throws Exception {
    write("all.pem", Pem.of(ONE, TWO));
    Distrust distrust = distrust("postern.anchors.distrusted", TWO, leaf("peer.example").make());
    DefaultAnchors anchors = new DefaultAnchors(List.of(AnchorSource.folder(folder)), distrust);
    assertThat(names(anchors)).containsExactly("One");
    assertThat(anchors.current().contains(TWO.certificate())).isFalse();
    assertThat(anchors.current().distrustVersion()).isEqualTo(distrust.version());
    assertThat(anchors.bundle().getDistrustedCount()).isEqualTo(2);
    assertThat(anchors.current().reference().getVersion())
        .isNotEqualTo(
            new DefaultAnchors(List.of(write("one.pem", Pem.of(ONE))))
                .current()
                .reference()
                .getVersion())
        .isNotEqualTo(ofFolder().current().reference().getVersion());
  }

  private static Distrust distrust(String by, Made... distrusted) {
    return Distrust.of(
        Arrays.stream(distrusted)
            .map(made -> ByteString.copyFrom(made.certificate().fingerprint()))
            .toList(),
        by);
  }

  @Test
  void aRecordedAnchorHasItsNamesAndAllItsSources() throws Exception {
    Path pem = write("own.txt", Pem.of(ONE));
    write("also.pem", Pem.of(ONE, TWO));
    DefaultAnchors anchors =
        new DefaultAnchors(
            List.of(AnchorSource.pem(pem), AnchorSource.folder(folder)), Distrust.NONE);
    RecordedAnchor one =
        anchors.bundle().getAnchorsList().stream()
            .filter(anchor -> anchor.getSubject().contains("CN=One"))
            .findFirst()
            .orElseThrow();
    assertThat(one.getSha256().toByteArray()).isEqualTo(Fingerprints.sha256(ONE.der()));
    assertThat(one.getSha1().size()).isEqualTo(20);
    assertThat(one.getSerial()).isEqualTo(ONE.certificate().x509().getSerialNumber().toString(16));
    assertThat(one.getNotAfterMillis()).isEqualTo(ONE.certificate().notAfter().toEpochMilli());
    assertThat(one.getSourcesList())
        .extracting(anchors.bundle()::getSources)
        .containsExactlyInAnyOrder("pem " + pem, "folder " + folder.resolve("also.pem"));
    // From one source less: the same version.
    write("also.pem", Pem.of(TWO));
    assertThat(anchors.reload()).isFalse();
    assertThat(anchors.bundle().getAnchorsList())
        .allSatisfy(anchor -> assertThat(anchor.getSourcesCount()).isEqualTo(1));
  }

  @Test
  void aCopyOfAnotherUrlCountsAsNone() throws Exception {
    Path copy = folder.resolve("copy.pem");
    URI url = URI.create("https://pki.example/roots.pem?token=secret");
    AnchorSource none = AnchorSource.url(url, copy);
    assertThat(new DefaultAnchors(List.of(none), Distrust.NONE).current().size()).isZero();
    new UrlCopy(url, copy).write(Pem.of(ONE).getBytes(StandardCharsets.UTF_8));
    DefaultAnchors kept = new DefaultAnchors(List.of(AnchorSource.url(url, copy)), Distrust.NONE);
    assertThat(kept.bundle().getSourcesList())
        .as("a query may have a secret in it")
        .containsExactly("url https://pki.example/roots.pem?...");
    AnchorSource other = AnchorSource.url(URI.create("https://pki.example/other.pem"), copy);
    assertThat(new DefaultAnchors(List.of(other), Distrust.NONE).current().size()).isZero();
    Files.writeString(copy, "# " + url + "\nbroken");
    DefaultAnchors broken = new DefaultAnchors(List.of(AnchorSource.url(url, copy)), Distrust.NONE);
    assertThat(broken.current().size()).isZero();
    assertThat(failures(broken)).isEqualTo(1);
  }

  // defaults: ONE TWO; the installation distrusts TWO; own: THREE
  @ParameterizedTest
  @CsvSource({
    // withDefaults, distrusted by the set, trusted, stands with the default set
    "false, '',    Three,     false",
    "true,  '',    One Three, true",
    "true,  One,   Three,     true",
    "false, One,   Three,     false",
    "true,  Other, One Three, true",
  })
  void anOrganizationsSetAddsAndRemoves(
      boolean withDefaults, String removed, String trusted, boolean standsWithDefaults)
      throws Exception {
    write("all.pem", Pem.of(ONE, TWO));
    DefaultAnchors defaults =
        new DefaultAnchors(
            List.of(AnchorSource.folder(folder)), distrust("postern.anchors.distrusted", TWO));
    AnchorSet.Builder set =
        AnchorSet.newBuilder()
            .setOrganization("contoso")
            .setName("own")
            .addCertificates(ByteString.copyFrom(THREE.der()))
            .setWithDefaults(withDefaults);
    if (!removed.isEmpty()) {
      Made made = removed.equals("One") ? ONE : ca(removed).make();
      set.addDistrusted(ByteString.copyFrom(made.certificate().fingerprint()));
    }
    AnchorSetReference reference =
        AnchorSetReference.newBuilder()
            .setId("contoso/own")
            .setVersion(Fingerprints.anchorSetVersion(set.build()))
            .build();
    TrustAnchors found =
        OrganizationAnchors.of(List.of(DirectoryObject.newBuilder().setAnchorSet(set).build()))
            .find(reference, defaults.current())
            .orElseThrow();
    assertThat(found.reference()).isEqualTo(reference);
    assertThat(found.standsWith())
        .isEqualTo(standsWithDefaults ? defaults.current().reference() : reference);
    assertThat(found.distrustVersion()).isEqualTo(defaults.current().distrustVersion());
    for (Made made : List.of(ONE, TWO, THREE)) {
      String name = made.certificate().shown().replaceAll(".*CN=([^,]*).*", "$1");
      assertThat(found.contains(made.certificate()))
          .as(name)
          .isEqualTo(List.of(trusted.split(" ")).contains(name));
    }
    assertThat(found.distrustedBy(TWO.certificate())).isEqualTo("postern.anchors.distrusted");
    OrganizationAnchors sets =
        OrganizationAnchors.of(List.of(DirectoryObject.newBuilder().setAnchorSet(set).build()));
    assertThat(sets.of("contoso", defaults.current()))
        .singleElement()
        .satisfies(
            own -> {
              assertThat(own.name()).isEqualTo("contoso/own");
              assertThat(own.withDefaults()).isEqualTo(withDefaults);
              assertThat(own.removed()).hasSize(set.getDistrustedCount());
              assertThat(own.anchors().certificates()).isEqualTo(found.certificates());
            });
    assertThat(sets.of("fabrikam", defaults.current())).isEmpty();
    if (removed.equals("One")) {
      assertThat(found.distrustedBy(ONE.certificate())).isEqualTo("trust anchors contoso/own");
    }
  }

  @Test
  void anOrganizationsSetFollowsTheDefaultOne() throws Exception {
    write("one.pem", Pem.of(ONE));
    DefaultAnchors defaults = ofFolder();
    AnchorSet set =
        AnchorSet.newBuilder().setOrganization("a").setName("b").setWithDefaults(true).build();
    OrganizationAnchors sets =
        OrganizationAnchors.of(List.of(DirectoryObject.newBuilder().setAnchorSet(set).build()));
    AnchorSetReference reference =
        AnchorSetReference.newBuilder()
            .setId("a/b")
            .setVersion(Fingerprints.anchorSetVersion(set))
            .build();
    TrustAnchors before = sets.find(reference, defaults.current()).orElseThrow();
    assertThat(sets.find(reference, defaults.current())).containsSame(before);
    write("two.pem", Pem.of(TWO));
    assertThat(defaults.reload()).isTrue();
    TrustAnchors after = sets.find(reference, defaults.current()).orElseThrow();
    assertThat(after.contains(TWO.certificate())).isTrue();
    assertThat(after.standsWith()).isNotEqualTo(before.standsWith());
  }
}
