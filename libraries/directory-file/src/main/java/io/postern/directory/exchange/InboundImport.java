package io.postern.directory.exchange;

import io.postern.directory.exchange.Finding.Taken;
import io.postern.fields.DirectoryFields;
import io.postern.names.DomainNames;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The import of an inbound connector. What restricts or demands is never left out silently: it
 * stays in the draft, where the rules name what is wrong. What grants rights and would prove
 * nothing here is left out.
 */
final class InboundImport {
  private static final Pattern ISSUER_AND_SUBJECT = Pattern.compile("(?i)<I>.*<S>.*?CN=([^,<]+).*");
  private static final String NO_EFFECT =
      "they have no effect without RestrictDomainsToIPAddresses: only the certificate restricts";
  private static final String FOR_THEM =
      "the connector applies to clients at these addresses and refuses no other; Exchange's page of "
          + "the cmdlet calls them ignored without RestrictDomainsToIPAddresses";

  private final ObjectImport in;
  private final Set<String> acceptedDomains;
  private boolean onPremises;
  private String certificate = "";

  InboundImport(ObjectImport in, Set<String> acceptedDomains) {
    this.in = in;
    this.acceptedDomains = acceptedDomains;
  }

  /** The fields in the directory file's spelling; null: it is left out. */
  @Nullable Map<String, Object> read() {
    in.take("Name", "name", in.text("Name"));
    onPremises =
        "onPremises".equals(in.take(DirectoryFields.INBOUND_CONNECTOR.get("connectorType")));
    in.take(DirectoryFields.INBOUND_CONNECTOR.get("enabled"));
    in.comment();
    senderDomains();
    certificate();
    addresses();
    requireTls();
    if (!onPremises) {
      in.takeFlag("RestrictDomainsToCertificate", "restrictDomainsToCertificate");
    } else {
      in.without("RestrictDomainsToCertificate", "it has an effect only on partner connectors");
      in.without("RestrictDomainsToIPAddresses", "it has an effect only on partner connectors");
    }
    List<String> associated = Spaces.domains(in, "AssociatedAcceptedDomains");
    if (!associated.isEmpty()) {
      in.take("AssociatedAcceptedDomains", "associatedAcceptedDomains", associated);
    }
    internal();
    gateway();
    in.rest(DirectoryFields.INBOUND_CONNECTOR);
    return provesNothing() ? null : in.fields;
  }

  private void senderDomains() {
    List<String> domains = Spaces.domains(in, "SenderDomains");
    if (domains.isEmpty()) {
      return;
    }
    if (!onPremises || domains.equals(List.of("*"))) {
      in.take("SenderDomains", "senderDomains", domains);
    } else {
      in.different(
          "SenderDomains",
          "an own server is selected by certificate or address, for any sender: not imported");
    }
  }

  private void certificate() {
    String name = in.text("TlsSenderCertificateName");
    Matcher identifier = ISSUER_AND_SUBJECT.matcher(name);
    if (identifier.matches()) {
      name = identifier.group(1).strip();
      in.different(
          "TlsSenderCertificateName",
          "the issuer is not compared, the name "
              + name
              + " is: use trustAnchors to name an issuer");
      in.fields.put("tlsSenderCertificateName", name);
    } else if (!name.isEmpty()) {
      in.take("TlsSenderCertificateName", "tlsSenderCertificateName", name);
    }
    certificate = name;
  }

  private void addresses() {
    List<String> addresses = Spaces.addresses(in, "SenderIPAddresses");
    boolean restricts = in.isSet("RestrictDomainsToIPAddresses");
    if (!onPremises) {
      in.takeFlag("RestrictDomainsToIPAddresses", "restrictDomainsToIPAddresses");
    }
    if (addresses.isEmpty()) {
      return;
    }
    if (!onPremises && !restricts && in.isSet("RestrictDomainsToCertificate")) {
      in.notTaken("SenderIPAddresses", NO_EFFECT);
    } else if (onPremises && !certificate.isEmpty()) {
      in.different(
          "SenderIPAddresses", "an own server is selected only by its certificate: not imported");
    } else {
      in.take("SenderIPAddresses", "senderIPAddresses", addresses);
      if (!onPremises && !restricts) {
        in.different("SenderIPAddresses", FOR_THEM);
      }
    }
  }

  private void requireTls() {
    if (!certificate.isEmpty() && !in.isSet("RequireTls")) {
      in.fields.put("requireTls", true);
      in.different("RequireTls", "a certificate is presented only over TLS: true");
    } else {
      in.takeFlag("RequireTls", "requireTls");
    }
  }

  private void internal() {
    boolean cloud = in.isSet("CloudServicesMailEnabled");
    if (cloud && !onPremises) {
      in.notTaken("CloudServicesMailEnabled", "a partner's mail is never internal");
    } else if (cloud && certificate.isEmpty()) {
      in.notTaken(
          "CloudServicesMailEnabled",
          "an address may be shared, and the fields make mail internal: write a"
              + " tlsSenderCertificateName");
    } else if (cloud) {
      in.take("CloudServicesMailEnabled", "cloudServicesMailEnabled", true);
    }
    if (in.isSet("TreatMessagesAsInternal")) {
      if (onPremises && !cloud) {
        in.take("TreatMessagesAsInternal", "treatMessagesAsInternal", true);
      } else {
        in.notTaken("TreatMessagesAsInternal", "of own servers without cloudServicesMailEnabled");
      }
    }
  }

  private void gateway() {
    boolean last = in.isSet("EFSkipLastIP");
    List<String> skipped = in.texts("EFSkipIPs");
    List<String> users = in.texts("EFUsers");
    boolean known =
        in.fields.containsKey("senderIPAddresses")
            || in.fields.containsKey("tlsSenderCertificateName");
    if (!known && (last || !skipped.isEmpty())) {
      String remark =
          "the gateway is not identified by a certificate or address: write "
              + "tlsSenderCertificateName, or restrictDomainsToIPAddresses with senderIPAddresses";
      in.without("EFSkipLastIP", remark);
      in.without("EFSkipIPs", remark);
      in.without("EFUsers", remark);
      return;
    }
    if (last) {
      in.take("EFSkipLastIP", "efSkipLastIP", true);
      in.without("EFSkipIPs", "EFSkipLastIP skips only the last host, as in Exchange");
    } else if (!skipped.isEmpty()) {
      in.take("EFSkipIPs", "efSkipIPs", skipped);
    }
    if (!users.isEmpty() && (last || !skipped.isEmpty())) {
      in.take("EFUsers", "efUsers", users);
    } else if (!users.isEmpty()) {
      in.notTaken("EFUsers", "without EFSkipLastIP or EFSkipIPs they have no effect");
    }
  }

  /** Its certificate name gives rights to whoever has it, and is below no accepted domain. */
  private boolean provesNothing() {
    String name = DomainNames.normal(certificate.replaceFirst("^\\*\\.", ""));
    boolean accepted =
        name.isEmpty()
            || acceptedDomains.contains(name)
            || acceptedDomains.contains(name.substring(name.indexOf('.') + 1));
    if (onPremises && !accepted) {
      in.object(
          Taken.NOT_TAKEN,
          "not imported: neither "
              + name
              + " nor its parent is an accepted domain, so the name identifies no server of yours. "
              + "Export Get-AcceptedDomain as well, or use a certificate with a name below "
              + "an accepted domain");
      return true;
    }
    return false;
  }
}
