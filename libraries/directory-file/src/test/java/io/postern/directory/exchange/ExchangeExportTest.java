package io.postern.directory.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.DirectoryObject;
import io.postern.directory.DirectoryFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Commands of PowerShell, and that no name of a connector becomes one (docs/guides/exchange.md).
 */
class ExchangeExportTest {
  private static final String FILE =
      """
      organizations:
      - id: contoso
        acceptedDomains:
        - { domain: contoso.com, mailboxRoute: { host: mailbox.contoso.com } }
        - { domain: a.contoso.com, mailboxRoute: { host: mailbox.contoso.com } }
      """;

  private static List<DirectoryObject> objects() {
    DirectoryFile parsed = DirectoryFile.parse(FILE.getBytes(StandardCharsets.UTF_8));
    assertThat(parsed.problems()).isEmpty();
    return parsed.objects();
  }

  private static String exported(String organization, String mailHost, String certificateName) {
    return ExchangeExport.partner(
        objects(), new ExchangeExport.Side(organization, mailHost, certificateName));
  }

  @Test
  void thePartnerMakesTheCounterparts() {
    assertThat(exported("contoso", "mail.contoso.com", "out.contoso.com").lines().skip(1))
        .containsExactly(
            "New-InboundConnector -Name 'From contoso' -ConnectorType Partner -SenderDomains"
                + " 'a.contoso.com','contoso.com' -RequireTls $true -RestrictDomainsToCertificate"
                + " $true -TlsSenderCertificateName 'out.contoso.com'",
            "New-OutboundConnector -Name 'To contoso' -ConnectorType Partner -RecipientDomains"
                + " 'a.contoso.com','contoso.com' -UseMXRecord $true -TlsSettings DomainValidation"
                + " -TlsDomain 'mail.contoso.com'");
    assertThat(exported("contoso", "", ""))
        .contains("-TlsSettings CertificateValidation\n# The name in the certificate of its mail");
  }

  /** A name may be anybody's, and the text is run with all rights. */
  @Test
  void aNameStaysAName() throws IOException {
    String evil = "x'; Remove-Mailbox -Identity * # $(calc) `n \u2019; calc\nRemove-Mailbox\u2028b";
    String text = exported(evil, "mail'.contoso.com", "out.contoso.com';calc");
    assertThat(text)
        .contains(
            "-Name 'From x''; Remove-Mailbox -Identity * # $(calc) `n \u2019\u2019; calc"
                + " Remove-Mailbox b'")
        .contains("-TlsDomain 'mail''.contoso.com'")
        .contains("-TlsSenderCertificateName 'out.contoso.com'';calc'");
    assertThat(text.lines()).allMatch(line -> line.startsWith("#") || line.startsWith("New-"));
    // For tools/check-powershell, which reads it by a grammar of PowerShell.
    Path folder = Files.createDirectories(Path.of("target/exports"));
    Files.writeString(folder.resolve("partner.ps1"), text);
    Files.writeString(
        folder.resolve("partner-without-names.ps1"), exported("contoso\nRemove-Mailbox", "", ""));
  }

  /** What PowerShell reads from the quotes is the value; nothing of it stands outside of them. */
  @Test
  void anyValueStaysOne() {
    long seed = 20_261_128;
    Random random = new Random(seed);
    String alphabet =
        "a'\u2018\u2019\u201a\u201b\"`$(){};|&\r\n\u0000\u0085\u2028\u202e\u200b #@-\uD83D\uDE00";
    for (int i = 0; i < 20_000; i++) {
      StringBuilder value = new StringBuilder();
      for (int length = random.nextInt(12); length > 0; length--) {
        value.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      String quoted = PowerShell.quoted(value.toString());
      assertThat(read(quoted))
          .as("seed %d, %s", seed, quoted)
          .isEqualTo(value.toString().replaceAll("[\\p{Cntrl}\u0085\u2028\u202e\u200b]", " "));
    }
  }

  /** A single-quoted string by PowerShell's grammar: any of its quotes, doubled, is one. */
  private static String read(String quoted) {
    List<Integer> quotes = List.of(0x27, 0x2018, 0x2019, 0x201a, 0x201b);
    assertThat(quoted).startsWith("'").endsWith("'");
    StringBuilder value = new StringBuilder();
    List<String> outside = new ArrayList<>();
    int i = 1;
    while (i < quoted.length()) {
      int c = quoted.charAt(i);
      if (!quotes.contains(c)) {
        value.append((char) c);
        i++;
      } else if (i + 1 < quoted.length() && quotes.contains((int) quoted.charAt(i + 1))) {
        value.append((char) c);
        i += 2;
      } else {
        outside.add(quoted.substring(i + 1));
        break;
      }
    }
    assertThat(outside).containsExactly("");
    return value.toString();
  }
}
