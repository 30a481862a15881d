package io.postern.certificate.anchors;

import static io.postern.certificate.CertificateMaker.ca;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.postern.certificate.CertificateMaker.Made;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.AnchorSet;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.DirectoryObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnchorsTest {
  private static final Made ONE = ca("One").make();
  private static final Made TWO = ca("Two").make();
  @TempDir Path folder = Path.of("");

  private static String pem(Made made) {
    return "comment\n-----BEGIN CERTIFICATE-----\n"
        + Base64.getMimeEncoder().encodeToString(made.der())
        + "\n-----END CERTIFICATE-----\n";
  }

  private Path write(String text) throws IOException {
    Path file = folder.resolve("anchors.pem");
    Files.writeString(file, text);
    return file;
  }

  @Test
  void theDefaultSetIsTheJdksAndThePemFiles() throws Exception {
    DefaultAnchors jdk = new DefaultAnchors(List.of());
    assertThat(jdk.current().size()).isGreaterThan(50);
    DefaultAnchors more = new DefaultAnchors(List.of(write(pem(ONE) + pem(TWO))));
    assertThat(more.current().size()).isEqualTo(jdk.current().size() + 2);
    assertThat(more.current().contains(TWO.certificate())).isTrue();
    assertThat(more.current().named(ONE.certificate().subject()))
        .containsExactly(ONE.certificate());
    assertThat(more.current().reference().getId()).isEmpty();
    assertThat(more.current().reference().getVersion())
        .hasSize(16)
        .isNotEqualTo(jdk.current().reference().getVersion())
        .isEqualTo(
            new DefaultAnchors(List.of(write(pem(TWO) + pem(ONE))))
                .current()
                .reference()
                .getVersion());
  }

  @Test
  void aChangedFileIsReadAgainAndABrokenOneChangesNothing() throws Exception {
    Path file = write(pem(ONE));
    DefaultAnchors anchors = new DefaultAnchors(List.of(file));
    assertThat(anchors.reload()).isFalse();
    write(pem(TWO));
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(5)));
    assertThat(anchors.reload()).isTrue();
    assertThat(anchors.current().contains(ONE.certificate())).isFalse();
    AnchorSetReference before = anchors.current().reference();
    write("nothing");
    assertThat(anchors.reload()).isFalse();
    Files.delete(file);
    assertThat(anchors.reload()).isFalse();
    assertThat(anchors.current().reference()).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-----BEGIN CERTIFICATE-----\nAAAA",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\n$$$\n-----END CERTIFICATE-----\n"
      })
  void aBrokenFileIsNamedWithKeyAndCure(String text) throws Exception {
    Path file = write(text);
    assertThatThrownBy(() -> new DefaultAnchors(List.of(file)))
        .isInstanceOf(BadAnchorFileException.class)
        .hasMessageStartingWith("postern.anchors.pem: " + file + ": ")
        .hasMessageContaining("; ");
  }

  private static DirectoryObject set(String organization, String name, Made... certificates) {
    AnchorSet.Builder set = AnchorSet.newBuilder().setOrganization(organization).setName(name);
    for (Made made : certificates) {
      set.addCertificates(ByteString.copyFrom(made.der()));
    }
    return DirectoryObject.newBuilder().setAnchorSet(set).build();
  }

  private static AnchorSetReference reference(String id, DirectoryObject set) {
    return AnchorSetReference.newBuilder()
        .setId(id)
        .setVersion(Fingerprints.anchorSetVersion(set.getAnchorSet()))
        .build();
  }

  @Test
  void anOrganizationsSetIsFoundByIdAndExactVersion() throws Exception {
    DirectoryObject own = set("contoso", "own", ONE);
    DirectoryObject other = set("fabrikam", "own", TWO);
    OrganizationAnchors read = OrganizationAnchors.of(List.of(own, other));
    AnchorStore store = new AnchorStore(new DefaultAnchors(List.of()), () -> Optional.of(read));
    TrustAnchors found = store.find(reference("contoso/own", own), Duration.ZERO).orElseThrow();
    assertThat(found.contains(ONE.certificate())).isTrue();
    assertThat(found.contains(TWO.certificate())).isFalse();
    assertThat(store.find(reference("contoso/own", other), Duration.ZERO)).isEmpty();
    assertThat(store.find(reference("contoso/none", own), Duration.ZERO)).isEmpty();
    AnchorSetReference none = AnchorSetReference.newBuilder().setId("contoso/own").build();
    assertThat(store.find(none, Duration.ZERO)).isEmpty();
  }

  @Test
  void aSetThatIsNotReadYetIsWaitedFor() throws Exception {
    DirectoryObject own = set("contoso", "own", ONE);
    AtomicReference<Optional<OrganizationAnchors>> directory =
        new AtomicReference<>(Optional.empty());
    AnchorStore store = new AnchorStore(new DefaultAnchors(List.of()), directory::get);
    CompletableFuture<Boolean> found = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                found.complete(
                    store.find(reference("contoso/own", own), Duration.ofSeconds(20)).isPresent());
              } catch (InterruptedException e) {
                found.completeExceptionally(e);
              }
            });
    directory.set(Optional.of(OrganizationAnchors.of(List.of(own))));
    store.directoryChanged();
    assertThat(found.get(10, TimeUnit.SECONDS)).isTrue();
  }
}
