package io.postern.ingress;

import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.AcceptedDomainType;
import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.NextHopHost;
import io.postern.contracts.v1.Organization;
import io.postern.contracts.v1.RecipientValidation;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.UnansweredRecipients;
import io.postern.rules.Directory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Two organizations. contoso: a partner that must use TLS, one that must show its certificate, and
 * its own server that may relay by certificate. fabrikam: no connectors.
 */
public final class TestDirectory {
  public static final String PARTNER_CERTIFICATE = "mail.partner.example";
  public static final String ON_PREMISES_CERTIFICATE = "mail.contoso.example";

  private TestDirectory() {}

  public static List<DirectoryObject> objects() {
    return List.of(
        organization("contoso"),
        organization("fabrikam"),
        domain("contoso.example", "contoso"),
        domain("fabrikam.example", "fabrikam"),
        connector(
            InboundConnector.newBuilder()
                .setName("From TLS partner")
                .setConnectorType(ConnectorType.PARTNER)
                .addSenderDomains("tls-partner.example")
                .setRequireTls(true)),
        connector(
            InboundConnector.newBuilder()
                .setName("From certified partner")
                .setConnectorType(ConnectorType.PARTNER)
                .addSenderDomains("partner.example")
                .setRequireTls(true)
                .setTlsSenderCertificateName(PARTNER_CERTIFICATE)
                .setRestrictDomainsToCertificate(true)),
        connector(
            InboundConnector.newBuilder()
                .setName("From our own server")
                .setConnectorType(ConnectorType.ON_PREMISES)
                .addSenderDomains("*")
                .setRequireTls(true)
                .setTlsSenderCertificateName(ON_PREMISES_CERTIFICATE)));
  }

  public static Directory snapshot() {
    return Directory.of(objects(), 7, Map.of("contoso", 7L, "fabrikam", 3L));
  }

  /** The next version, without a change that matters here, or with contoso closed to strangers. */
  public static Directory next(boolean lockedDown) {
    List<DirectoryObject> objects = new ArrayList<>(objects());
    if (lockedDown) {
      objects.add(
          connector(
              InboundConnector.newBuilder()
                  .setName("Lock-down")
                  .setConnectorType(ConnectorType.PARTNER)
                  .addSenderDomains("*")
                  .setRequireTls(true)
                  .setTlsSenderCertificateName(PARTNER_CERTIFICATE)
                  .setRestrictDomainsToCertificate(true)));
    }
    return Directory.of(objects, 8, Map.of("contoso", 8L, "fabrikam", 3L));
  }

  /** contoso.example asks its mailbox route about recipients. */
  public static Directory asking(
      UnansweredRecipients unanswered,
      AcceptedDomainType type,
      InboundConnector.Builder... connectors) {
    List<DirectoryObject> objects = new ArrayList<>(objects());
    DirectoryObject.Builder domain = domain("contoso.example", "contoso").toBuilder();
    domain
        .getAcceptedDomainBuilder()
        .setDomainType(type)
        .setRecipientValidation(RecipientValidation.RECIPIENT_VALIDATION_MAILBOX_ROUTE)
        .setUnansweredRecipients(unanswered);
    objects.add(domain.build());
    for (InboundConnector.Builder connector : connectors) {
      objects.add(connector(connector));
    }
    return Directory.of(objects, 9, Map.of("contoso", 9L, "fabrikam", 3L));
  }

  private static DirectoryObject organization(String id) {
    return DirectoryObject.newBuilder()
        .setOrganization(Organization.newBuilder().setId(id).setDisplayName(id))
        .build();
  }

  private static DirectoryObject domain(String domain, String organization) {
    return DirectoryObject.newBuilder()
        .setAcceptedDomain(
            AcceptedDomain.newBuilder()
                .setDomain(domain)
                .setOrganization(organization)
                .setMailboxHost(NextHopHost.newBuilder().setHost("mailbox.example").setPort(25))
                .setMailboxProtocol(HopProtocol.SMTP)
                .setMailboxTls(TlsLevel.ENCRYPTION_ONLY))
        .build();
  }

  private static DirectoryObject connector(InboundConnector.Builder connector) {
    return DirectoryObject.newBuilder()
        .setInboundConnector(
            connector
                .setOrganization("contoso")
                .setEnabled(true)
                .setRevocation(RevocationMode.REVOCATION_REQUIRED))
        .build();
  }
}
