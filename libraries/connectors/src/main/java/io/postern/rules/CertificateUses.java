package io.postern.rules;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.MailboxRoute;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.TlsLevel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The places in the directory that depend on certificates; a change of a certificate is rehearsed
 * against them. Stateless, any thread.
 */
public final class CertificateUses {
  private static final Set<TlsLevel> VALIDATED =
      Set.of(TlsLevel.CERTIFICATE_VALIDATION, TlsLevel.DOMAIN_VALIDATION);

  private CertificateUses() {}

  /** Enabled connectors and mailbox routes that name a certificate or validate one, by key. */
  public static List<CertificateUse> of(Directory directory) {
    List<CertificateUse> uses = new ArrayList<>();
    for (DirectoryObject object : directory.objects()) {
      String key = DirectoryKeys.key(object);
      switch (object.getObjectCase()) {
        case INBOUND_CONNECTOR -> inbound(directory, key, object.getInboundConnector(), uses);
        case OUTBOUND_CONNECTOR -> outbound(directory, key, object.getOutboundConnector(), uses);
        case ACCEPTED_DOMAIN -> mailboxRoute(directory, key, object.getAcceptedDomain(), uses);
        case ORGANIZATION, ANCHOR_SET, ROUTING_RULE, OBJECT_NOT_SET -> {}
      }
    }
    return List.copyOf(uses);
  }

  /**
   * Enabled connectors that present this client certificate.
   *
   * @param clientCertificate organization/NAME
   */
  public static List<OutboundConnector> presenting(Directory directory, String clientCertificate) {
    return directory.objects().stream()
        .filter(DirectoryObject::hasOutboundConnector)
        .map(DirectoryObject::getOutboundConnector)
        .filter(
            connector ->
                connector.getEnabled()
                    && DirectoryKeys.clientCertificate(
                            connector.getOrganization(), connector.getClientCertificate())
                        .equals(clientCertificate))
        .toList();
  }

  private static void inbound(
      Directory directory, String key, InboundConnector connector, List<CertificateUse> uses) {
    if (connector.getEnabled() && !connector.getTlsSenderCertificateName().isEmpty()) {
      uses.add(
          new CertificateUse(
              connector.getOrganization(),
              key,
              CertificateRole.ROLE_CLIENT,
              "tlsSenderCertificateName",
              connector.getTlsSenderCertificateName(),
              directory.anchors(connector.getOrganization(), connector.getAnchors()),
              RevocationModes.inForce(connector.getRevocation())));
    }
  }

  private static void outbound(
      Directory directory, String key, OutboundConnector connector, List<CertificateUse> uses) {
    if (!connector.getEnabled() || !VALIDATED.contains(connector.getTlsSettings())) {
      return;
    }
    for (String name : names(connector)) {
      uses.add(
          new CertificateUse(
              connector.getOrganization(),
              key,
              CertificateRole.ROLE_SERVER,
              field(connector),
              name,
              directory.anchors(connector.getOrganization(), connector.getAnchors()),
              RevocationModes.inForce(connector.getRevocation())));
    }
  }

  private static String field(OutboundConnector connector) {
    boolean byMx =
        connector.getTlsSettings() == TlsLevel.DOMAIN_VALIDATION
            && connector.getTlsDomain().isEmpty();
    return byMx ? "recipientDomains" : "tlsDomain";
  }

  private static List<String> names(OutboundConnector connector) {
    if (connector.getTlsSettings() == TlsLevel.CERTIFICATE_VALIDATION) {
      return List.of("");
    }
    return connector.getTlsDomain().isEmpty()
        ? connector.getRecipientDomainsList()
        : List.of(connector.getTlsDomain());
  }

  private static void mailboxRoute(
      Directory directory, String key, AcceptedDomain domain, List<CertificateUse> uses) {
    for (MailboxRoute route : MailboxRoutes.all(domain)) {
      if (VALIDATED.contains(route.getTls())) {
        uses.add(
            new CertificateUse(
                domain.getOrganization(),
                key,
                CertificateRole.ROLE_SERVER,
                "mailboxTlsDomain",
                route.getTls() == TlsLevel.DOMAIN_VALIDATION ? route.getTlsDomain() : "",
                directory.anchors(domain.getOrganization(), route.getAnchors()),
                RevocationModes.inForce(route.getRevocation())));
      }
    }
  }
}
