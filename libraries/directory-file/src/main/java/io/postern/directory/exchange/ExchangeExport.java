package io.postern.directory.exchange;

import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.DirectoryObject;
import java.util.List;

/**
 * The counterparts of an organization's connectors, as commands that its partner runs in Exchange
 * Online (docs/guides/exchange.md). A text to be read before it is run. Pure; any thread.
 */
public final class ExchangeExport {
  private ExchangeExport() {}

  /** Names of this side that the directory does not have; empty: not known. */
  public record Side(String organization, String mailHost, String certificateName) {}

  /** The pair that a partner with Exchange Online makes for forced TLS with this organization. */
  public static String partner(List<DirectoryObject> objects, Side side) {
    PowerShell shell = new PowerShell();
    shell.comment(
        "Forced TLS with "
            + side.organization()
            + ", to be run by its partner in Exchange Online.");
    List<String> domains = domains(objects);
    shell
        .command("New-InboundConnector")
        .with("Name", "From " + side.organization())
        .word("ConnectorType", "Partner")
        .list("SenderDomains", domains)
        .flag("RequireTls", true);
    if (side.certificateName().isEmpty()) {
      shell.end().comment(withoutName("its sending certificate", "certificateName"));
    } else {
      shell
          .flag("RestrictDomainsToCertificate", true)
          .with("TlsSenderCertificateName", side.certificateName())
          .end();
    }
    shell
        .command("New-OutboundConnector")
        .with("Name", "To " + side.organization())
        .word("ConnectorType", "Partner")
        .list("RecipientDomains", domains)
        .flag("UseMXRecord", true);
    if (side.mailHost().isEmpty()) {
      shell
          .word("TlsSettings", "CertificateValidation")
          .end()
          .comment(withoutName("its mail host", "mailHost"));
    } else {
      shell.word("TlsSettings", "DomainValidation").with("TlsDomain", side.mailHost()).end();
    }
    return shell.toString();
  }

  private static String withoutName(String what, String parameter) {
    return "The name in the certificate of "
        + what
        + " was not given: export again with "
        + parameter
        + " to have it demanded.";
  }

  private static List<String> domains(List<DirectoryObject> objects) {
    return objects.stream()
        .filter(DirectoryObject::hasAcceptedDomain)
        .map(DirectoryObject::getAcceptedDomain)
        .map(AcceptedDomain::getDomain)
        .sorted()
        .toList();
  }
}
