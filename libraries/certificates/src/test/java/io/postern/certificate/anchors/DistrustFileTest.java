package io.postern.certificate.anchors;

import static io.postern.certificate.CertificateMaker.ca;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.postern.certificate.CertificateMaker.Made;
import io.postern.contracts.Fingerprints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DistrustFileTest {
  private static final Made ONE = ca("One").make();
  private static final Made TWO = ca("Two").make();
  @TempDir Path folder = Path.of("");

  private static String hex(Made made) {
    return Fingerprints.hex(made.certificate().fingerprint());
  }

  private Path write(String text) throws IOException {
    return Files.writeString(folder.resolve("distrusted"), text);
  }

  private DefaultAnchors anchors(DistrustFile file) throws Exception {
    Path pem = Files.writeString(folder.resolve("all.pem"), Pem.of(ONE, TWO));
    return new DefaultAnchors(List.of(AnchorSource.pem(pem)), Distrust.NONE, file);
  }

  @Test
  void whatIsAddedCountsWithoutARestart() throws Exception {
    Path path = write("# nothing yet\n");
    DefaultAnchors anchors = anchors(new DistrustFile(path));
    String before = anchors.current().reference().getVersion();
    assertThat(anchors.current().size()).isEqualTo(2);
    assertThat(anchors.reload()).isFalse();

    String colons = hex(TWO).toUpperCase(Locale.ROOT).replaceAll("(..)(?=.)", "$1:");
    write("# nothing yet\r\n\n  " + colons + "  # see ticket 17\n" + "ab".repeat(32));
    assertThat(anchors.reload()).isTrue();
    assertThat(anchors.current().contains(TWO.certificate())).isFalse();
    assertThat(anchors.current().distrustedBy(TWO.certificate()))
        .isEqualTo("postern.anchors.distrusted-file");
    assertThat(anchors.current().distrusted()).containsExactly(TWO.certificate());
    assertThat(anchors.bundle().getDistrustedCount()).isEqualTo(2);
    assertThat(anchors.current().distrustVersion()).isNotEmpty();

    write("");
    assertThat(anchors.reload()).isTrue();
    assertThat(anchors.current().reference().getVersion()).isEqualTo(before);
  }

  @Test
  void aSlipBringsNoTrustBack() throws Exception {
    Path path = write(hex(TWO));
    DistrustFile file = new DistrustFile(path);
    DefaultAnchors anchors = anchors(file);
    write(hex(ONE) + "\n" + hex(TWO).substring(1));
    assertThat(anchors.reload()).isFalse();
    assertThat(anchors.reload()).isFalse();
    assertThat(file.failures()).as("each state is told once").isEqualTo(1);
    Files.delete(path);
    assertThat(anchors.reload()).isFalse();
    assertThat(anchors.current().contains(ONE.certificate())).isTrue();
    assertThat(anchors.current().contains(TWO.certificate())).isFalse();
    write(hex(ONE) + "\n" + hex(TWO));
    assertThat(anchors.reload()).isTrue();
    assertThat(anchors.current().size()).isZero();
  }

  @Test
  void itCountsAlsoWhileTheSourcesHaveTooMany() throws Exception {
    Path path = write("");
    Path inner = Files.createDirectory(folder.resolve("anchors.d"));
    Files.writeString(inner.resolve("a.pem"), Pem.of(ONE, TWO));
    DefaultAnchors anchors =
        new DefaultAnchors(
            List.of(AnchorSource.folder(inner)), Distrust.NONE, new DistrustFile(path));
    Made issuer = ca("Issuer").make();
    Files.writeString(
        inner.resolve("many.pem"),
        IntStream.rangeClosed(0, DefaultAnchors.MOST)
            .mapToObj(i -> Pem.of(ca("Many " + i).keys(issuer.keys()).make()))
            .collect(Collectors.joining()));
    write(hex(TWO));
    assertThat(anchors.reload()).isTrue();
    assertThat(anchors.current().certificates()).containsExactly(ONE.certificate());
  }

  @ParameterizedTest
  @ValueSource(strings = {"zz", "DF3C24F9BFD666761B268073FE06D1CC8D4F82A4", "CN=Contoso Root"})
  void aBrokenLineAtTheStartIsNamedWithTheCure(String line) throws Exception {
    Path path = write("# first\n" + line + "\n");
    assertThatThrownBy(() -> anchors(new DistrustFile(path)))
        .isInstanceOf(BadAnchorFileException.class)
        .hasMessageStartingWith("postern.anchors.distrusted-file: " + path + ": line 2: \"" + line)
        .hasMessageContaining("openssl x509");
  }

  @Test
  void aFileThatIsMissingOrTooLargeAtTheStartIsNamedWithTheCure() throws Exception {
    assertThatThrownBy(() -> anchors(new DistrustFile(folder.resolve("missing"))))
        .isInstanceOf(BadAnchorFileException.class)
        .hasMessageContaining("missing: cannot be read")
        .hasMessageContaining("create it");
    Path many =
        write(
            IntStream.rangeClosed(0, DistrustFile.MOST)
                .mapToObj("%064x"::formatted)
                .collect(Collectors.joining("\n")));
    assertThatThrownBy(() -> anchors(new DistrustFile(many)))
        .hasMessageContaining("more than 1000 certificates");
    Path large = write("#".repeat((1 << 20) + 1));
    assertThatThrownBy(() -> anchors(new DistrustFile(large)))
        .hasMessageContaining("larger than 1 MiB");
  }

  @Test
  void bothSettingsCount() throws Exception {
    Path path = write(hex(TWO));
    Distrust setting =
        Distrust.of(
            List.of(ByteString.copyFrom(ONE.certificate().fingerprint())),
            "postern.anchors.distrusted");
    Path pem = Files.writeString(folder.resolve("all.pem"), Pem.of(ONE, TWO));
    DefaultAnchors anchors =
        new DefaultAnchors(List.of(AnchorSource.pem(pem)), setting, new DistrustFile(path));
    assertThat(anchors.current().size()).isZero();
    assertThat(anchors.current().distrustedBy(ONE.certificate()))
        .isEqualTo("postern.anchors.distrusted");
  }
}
