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
        inboundConnectors:
        - { name: "From Fabrikam", connectorType: partner, senderDomains: [fabrikam.com], requireTls: true,
            tlsSenderCertificateName: "*.fabrikam.com", restrictDomainsToCertificate: true, revocation: bestEffort }
        outboundConnectors:
        - { name: "To Fabrikam", connectorType: partner, recipientDomains: [fabrikam.com], smartHosts: ["mx.fabrikam.com:2525"],
            tlsSettings: domainValidation, tlsDomain: mx.fabrikam.com }
      """;

  private static List<DirectoryObject> objects(String file) {
    DirectoryFile parsed = DirectoryFile.parse(file.getBytes(StandardCharsets.UTF_8));
    assertThat(parsed.problems()).isEmpty();
    return parsed.objects();
  }

  @Test
  void connectorsAreCommands() {
    assertThat(ExchangeExport.online(objects(FILE)).lines())
        .containsExactly(
            "# Connectors for Exchange Online. Read before you run: Connect-ExchangeOnline first.",
            "# Accepted domain contoso.com: add it in Entra ID.",
            "New-InboundConnector -Name 'From Fabrikam' -ConnectorType Partner -Enabled $true"
                + " -SenderDomains 'fabrikam.com' -RequireTls $true -TlsSenderCertificateName"
                + " '*.fabrikam.com' -RestrictDomainsToCertificate $true"
                + " -RestrictDomainsToIPAddresses $false -EFSkipLastIP $false",
            "# Exchange has no revocation: it is lost from From Fabrikam.",
            "New-OutboundConnector -Name 'To Fabrikam' -ConnectorType Partner -Enabled $true"
                + " -RecipientDomains 'fabrikam.com' -UseMXRecord $false -SmartHosts"
                + " 'mx.fabrikam.com' -TlsSettings DomainValidation -TlsDomain 'mx.fabrikam.com'",
            "# Exchange has no ports of smartHosts: it is lost from To Fabrikam.");
  }

  @Test
  void thePartnerMakesTheCounterparts() {
    ExchangeExport.Side side =
        new ExchangeExport.Side("contoso", "mail.contoso.com", "out.contoso.com");
    assertThat(ExchangeExport.partner(objects(FILE), side).lines().skip(1))
        .containsExactly(
            "New-InboundConnector -Name 'From contoso' -ConnectorType Partner -SenderDomains"
                + " 'contoso.com' -RequireTls $true -RestrictDomainsToCertificate $true"
                + " -TlsSenderCertificateName 'out.contoso.com'",
            "New-OutboundConnector -Name 'To contoso' -ConnectorType Partner -RecipientDomains"
                + " 'contoso.com' -UseMXRecord $true -TlsSettings DomainValidation -TlsDomain"
                + " 'mail.contoso.com'");
    assertThat(ExchangeExport.onPremises(objects(FILE), side))
        .contains(
            "New-SendConnector -Name 'To contoso' -AddressSpaces 'SMTP:contoso.com;1'"
                + " -DNSRoutingEnabled $true -RequireTLS $true -TlsAuthLevel DomainValidation"
                + " -TlsDomain 'mail.contoso.com'\n")
        .contains("Set-TransportConfig -TLSReceiveDomainSecureList @{Add='contoso.com'}\n");
    assertThat(ExchangeExport.partner(objects(FILE), new ExchangeExport.Side("contoso", "", "")))
        .contains("-TlsSettings CertificateValidation\n# The name in the certificate of its mail");
  }

  /** A connector's name is anybody's, and the text is run with all rights. */
  @Test
  void aNameStaysAName() throws IOException {
    String evil = "x'; Remove-Mailbox -Identity * # $(calc) `n \u2019; calc";
    List<DirectoryObject> objects =
        new ArrayList<>(objects(FILE.replace("\"From Fabrikam\"", "\"" + evil + "\"")));
    objects.replaceAll(
        object ->
            object.hasOutboundConnector()
                ? object.toBuilder()
                    .setOutboundConnector(
                        object.getOutboundConnector().toBuilder()
                            .setComment("a\nRemove-Mailbox\u2028b"))
                    .build()
                : object);
    String text = ExchangeExport.online(objects);
    assertThat(text)
        .contains("-Name 'x''; Remove-Mailbox -Identity * # $(calc) `n \u2019\u2019; calc'")
        .contains("-Comment 'a Remove-Mailbox b'");
    assertThat(text.lines()).allMatch(line -> line.startsWith("#") || line.startsWith("New-"));
    ExchangeExport.Side side =
        new ExchangeExport.Side("contoso", "mail.contoso.com", "out.contoso.com");
    keep("online", text);
    keep("partner", ExchangeExport.partner(objects, side));
    keep("on-premises", ExchangeExport.onPremises(objects, side));
  }

  /** For tools/check-powershell, which reads it by a grammar of PowerShell. */
  private static void keep(String name, String text) throws IOException {
    Path folder = Files.createDirectories(Path.of("target/exports"));
    Files.writeString(folder.resolve(name + ".ps1"), text);
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
