package io.postern.directory.exchange;

import io.postern.names.DomainNames;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The import of an inbound connector. What restricts or demands is never left out silently: it
 * stays in the draft, where the rules name what is wrong. What grants rights and would prove
 * nothing here is left out.
 */
final class InboundImport {
  private static final String NO_EFFECT =
      "they have no effect without RestrictDomainsToIPAddresses: only the certificate restricts";
  private static final String FOR_THEM =
      "the connector applies to clients at these addresses and refuses no other; Exchange's page of "
          + "the cmdlet calls them ignored without RestrictDomainsToIPAddresses";

  static final String ONLY_BY_CERTIFICATE =
      "an own server is selected only by its certificate: not imported";

  private static final String WITH_CENTRAL_TRANSPORT =
      "it is not supported together with RouteAllMessagesViaOnPremises, as in Exchange";

  private static final String IN_NO_DOMAIN =
      "the certificate's name is in no accepted domain, so other customers of its owner may show it:"
          + " accept the domain of the name";

  private final ObjectImport in;
  private final Set<String> acceptedDomains;
  private final boolean central;
  private boolean onPremises;
  private String certificate = "";

  /**
   * @param central an outbound connector has RouteAllMessagesViaOnPremises
   */
  InboundImport(ObjectImport in, Set<String> acceptedDomains, boolean central) {
    this.in = in;
    this.central = central;
    this.acceptedDomains = acceptedDomains;
  }

  /** In the directory file's spelling. */
  List<Map<String, Object>> read() {
    in.take("name", in.text("Name"));
    onPremises = "onPremises".equals(in.take("connectorType"));
    in.take("enabled");
    in.comment();
    senderDomains();
    certificate();
    addresses();
    in.take("requireTls");
    if (!onPremises) {
      in.take("restrictDomainsToCertificate");
    } else {
      in.without("RestrictDomainsToCertificate", "it has an effect only on partner connectors");
      in.without("RestrictDomainsToIPAddresses", "it has an effect only on partner connectors");
    }
    List<String> associated = Spaces.domains(in, "AssociatedAcceptedDomains");
    if (!associated.isEmpty()) {
      in.take("associatedAcceptedDomains", associated);
    }
    internal();
    gateway();
    in.rest();
    return List.of(in.fields);
  }

  private void senderDomains() {
    List<String> domains = Spaces.domains(in, "SenderDomains");
    if (domains.isEmpty()) {
      return;
    }
    if (!onPremises || domains.equals(List.of("*"))) {
      in.take("senderDomains", domains);
    } else {
      in.different(
          "SenderDomains",
          "an own server is selected by certificate or address, for any sender: not imported");
    }
  }

  /**
   * The common name in a certificate identifier, {@code <I>issuer<S>subject}; empty: it is none.
   * Linear in a text of any length.
   */
  private static String subjectName(String identifier) {
    String[] parts = identifier.split("(?i)<S>", -1);
    String[] subject = parts[parts.length - 1].split("(?i)CN=", 2);
    return identifier.regionMatches(true, 0, "<I>", 0, 3) && parts.length > 1 && subject.length > 1
        ? subject[1].split("[,<]", 2)[0].strip()
        : "";
  }

  private void certificate() {
    String name = in.text("TlsSenderCertificateName");
    String subject = subjectName(name);
    if (!subject.isEmpty()) {
      name = subject;
      in.different(
          "TlsSenderCertificateName",
          "the issuer is not compared, the name "
              + name
              + " is: use trustAnchors to name an issuer");
      in.fields.put("tlsSenderCertificateName", name);
    } else if (!name.isEmpty()) {
      in.take("tlsSenderCertificateName", name);
    }
    certificate = name;
  }

  private void addresses() {
    List<String> addresses = Spaces.addresses(in, "SenderIPAddresses");
    boolean restricts = in.isSet("RestrictDomainsToIPAddresses");
    if (!onPremises) {
      in.take("restrictDomainsToIPAddresses");
    }
    if (addresses.isEmpty()) {
      return;
    }
    if (!onPremises && !restricts && in.isSet("RestrictDomainsToCertificate")) {
      in.notTaken("SenderIPAddresses", NO_EFFECT);
    } else if (onPremises && !certificate.isEmpty()) {
      in.different("SenderIPAddresses", ONLY_BY_CERTIFICATE);
    } else {
      in.take("senderIPAddresses", onPremises ? blocks(addresses) : addresses);
      if (!onPremises && !restricts) {
        in.different("SenderIPAddresses", FOR_THEM);
      }
    }
  }

  /** An own server's block is written as a block: each of its hosts may relay. */
  private List<String> blocks(List<String> addresses) {
    return addresses.stream()
        .map(
            text -> {
              String block = Spaces.block(text);
              if (!block.equals(text)) {
                in.different(
                    "SenderIPAddresses",
                    text + " is written as " + block + ", each of whose addresses may relay");
              }
              return block;
            })
        .toList();
  }

  private void internal() {
    boolean cloud = in.isSet("CloudServicesMailEnabled");
    boolean gateway = in.isSet("EFSkipLastIP") || !in.texts("EFSkipIPs").isEmpty();
    if (inNoDomain() || gateway && !central) {
      String why = inNoDomain() ? IN_NO_DOMAIN : "a gateway relays mail from any sender";
      in.without("CloudServicesMailEnabled", why);
      in.without("TreatMessagesAsInternal", why);
      return;
    }
    if (cloud && !onPremises) {
      in.notTaken("CloudServicesMailEnabled", "a partner's mail is never internal");
    } else if (cloud && certificate.isEmpty()) {
      in.notTaken(
          "CloudServicesMailEnabled",
          "an address may be shared, and the fields make mail internal: write a"
              + " tlsSenderCertificateName");
    } else if (cloud) {
      in.take("cloudServicesMailEnabled", true);
    }
    if (in.isSet("TreatMessagesAsInternal")) {
      if (onPremises && !cloud) {
        in.take("treatMessagesAsInternal", true);
      } else {
        in.notTaken("TreatMessagesAsInternal", "of own servers without cloudServicesMailEnabled");
      }
    }
  }

  private void gateway() {
    boolean last = in.isSet("EFSkipLastIP");
    List<String> skipped = in.texts("EFSkipIPs");
    List<String> users = in.texts("EFUsers");
    boolean some = last || !skipped.isEmpty();
    String why = whyNoGateway(some);
    if (!why.isEmpty()) {
      in.without("EFSkipLastIP", why);
      in.without("EFSkipIPs", why);
      in.without("EFUsers", why);
      return;
    }
    if (last) {
      in.take("efSkipLastIP", true);
      in.without("EFSkipIPs", "EFSkipLastIP skips only the last host, as in Exchange");
    } else if (!skipped.isEmpty()) {
      in.take("efSkipIPs", skipped);
    }
    if (!users.isEmpty() && some) {
      in.take("efUsers", users);
    } else if (!users.isEmpty()) {
      in.notTaken("EFUsers", "without EFSkipLastIP or EFSkipIPs they have no effect");
    }
  }

  private String whyNoGateway(boolean some) {
    if (inNoDomain() || central) {
      return inNoDomain() ? IN_NO_DOMAIN : WITH_CENTRAL_TRANSPORT;
    }
    boolean known =
        in.fields.containsKey("senderIPAddresses")
            || in.fields.containsKey("tlsSenderCertificateName");
    return known || !some
        ? ""
        : "the gateway is not identified by a certificate or address: write "
            + "tlsSenderCertificateName, or restrictDomainsToIPAddresses with senderIPAddresses";
  }

  private boolean inNoDomain() {
    return onPremises && !certificate.isEmpty() && !counts();
  }

  /** Some certificate of the name is in an accepted domain (docs/design/connectors.md). */
  private boolean counts() {
    String name = DomainNames.normal(certificate.replaceFirst("^\\*\\.", ""));
    return acceptedDomains.contains(name)
        || acceptedDomains.contains(DomainNames.parent(name))
        || certificate.startsWith("*.")
            && acceptedDomains.stream().anyMatch(domain -> domain.endsWith("." + name));
  }
}
