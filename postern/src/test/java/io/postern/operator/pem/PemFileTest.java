package io.postern.operator.pem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What leaves this machine of a file with certificates. */
class PemFileTest {
  private static final Path STANDARD_INPUT = Path.of("-");

  @TempDir Path folder = Path.of("");

  @Test
  void ofAFileAndOfStandardInputTheCertificatesAndNoKey() throws Exception {
    LabCa.create("Fabrikam").issue(Issue.to("mail.fabrikam.example")).write(folder, "new");
    String chain = Files.readString(folder.resolve("new.pem"));
    String both = Files.readString(folder.resolve("new.key")) + chain;
    Path file = Files.writeString(folder.resolve("both.pem"), both);
    InputStream former = System.in;
    try {
      System.setIn(new ByteArrayInputStream(both.getBytes(StandardCharsets.US_ASCII)));
      String shown = PemFile.shown(STANDARD_INPUT);
      assertThat(shown).isEqualTo(PemFile.shown(file)).doesNotContain("PRIVATE KEY");
      assertThat(shown.replaceAll("\\s", "")).isEqualTo(chain.replaceAll("\\s", ""));
      assertThatThrownBy(() -> PemFile.shown(STANDARD_INPUT))
          .isInstanceOf(IOException.class)
          .hasMessage("- has no certificate in PEM");
    } finally {
      System.setIn(former);
    }
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    Path missing = folder.resolve("new.pem");
    assertThatThrownBy(() -> PemFile.shown(missing))
        .isInstanceOf(IOException.class)
        .hasMessage("no such file: " + missing);
  }
}
