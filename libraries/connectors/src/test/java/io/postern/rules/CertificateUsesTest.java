package io.postern.rules;

import static io.postern.rules.Sample.CERTIFICATE;
import static io.postern.rules.Sample.anchors;
import static io.postern.rules.Sample.domain;
import static io.postern.rules.Sample.onPremisesIn;
import static io.postern.rules.Sample.organization;
import static io.postern.rules.Sample.partnerIn;
import static io.postern.rules.Sample.partnerOut;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.TlsLevel;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CertificateUsesTest {
  private static Directory directory(DirectoryObject... objects) {
    return Directory.of(List.of(objects), 1, Map.of());
  }

  @Test
  void connectorsAndMailboxRoutesThatNameOrValidateACertificateAreFound() {
    Directory directory =
        directory(
            organization("contoso"),
            anchors("contoso", "own", CERTIFICATE),
            domain(
                "contoso",
                "contoso.example",
                d ->
                    d.setMailboxTls(TlsLevel.DOMAIN_VALIDATION)
                        .setMailboxTlsDomain("mailbox.contoso.example")),
            domain("contoso", "plain.example"),
            onPremisesIn(
                "contoso",
                "Own",
                c ->
                    c.setTlsSenderCertificateName("mail.contoso.example")
                        .setAnchors(AnchorSetReference.newBuilder().setId("contoso/own"))
                        .setRevocation(RevocationMode.REVOCATION_BEST_EFFORT)),
            partnerIn("contoso", "By address", c -> c.addSenderIpAddresses("192.0.2.1")),
            partnerIn(
                "contoso",
                "Off",
                c -> c.setEnabled(false).setTlsSenderCertificateName("x.example")),
            partnerOut(
                "contoso",
                "By MX",
                c ->
                    c.setTlsSettings(TlsLevel.DOMAIN_VALIDATION)
                        .addRecipientDomains("fabrikam.example")
                        .addRecipientDomains("*.fabrikam.example")),
            partnerOut(
                "contoso",
                "By name",
                c ->
                    c.setTlsSettings(TlsLevel.DOMAIN_VALIDATION)
                        .addRecipientDomains("northwind.example")
                        .setTlsDomain("mx.northwind.example")),
            partnerOut(
                "contoso", "Any name", c -> c.setTlsSettings(TlsLevel.CERTIFICATE_VALIDATION)),
            partnerOut("contoso", "Encrypted", c -> c.setTlsSettings(TlsLevel.ENCRYPTION_ONLY)));

    List<CertificateUse> uses = CertificateUses.of(directory);

    assertThat(uses)
        .extracting(use -> use.object() + " " + use.field() + " " + use.name())
        .containsExactlyInAnyOrder(
            "accepted-domain/contoso.example mailboxTlsDomain mailbox.contoso.example",
            "inbound-connector/contoso/Own tlsSenderCertificateName mail.contoso.example",
            "outbound-connector/contoso/By MX recipientDomains fabrikam.example",
            "outbound-connector/contoso/By MX recipientDomains *.fabrikam.example",
            "outbound-connector/contoso/By name tlsDomain mx.northwind.example",
            "outbound-connector/contoso/Any name tlsDomain ");
    CertificateUse own =
        uses.stream().filter(u -> u.object().endsWith("/Own")).findFirst().orElseThrow();
    assertThat(own.role()).isEqualTo(CertificateRole.ROLE_CLIENT);
    assertThat(own.anchors().getId()).isEqualTo("contoso/own");
    assertThat(own.anchors().getVersion()).isNotEmpty();
    assertThat(own.revocation()).isEqualTo(RevocationMode.REVOCATION_BEST_EFFORT);
    assertThat(uses)
        .filteredOn(use -> !use.equals(own))
        .allSatisfy(
            use -> {
              assertThat(use.role()).isEqualTo(CertificateRole.ROLE_SERVER);
              assertThat(use.revocation()).isEqualTo(RevocationMode.REVOCATION_REQUIRED);
            });
  }

  @Test
  void connectorsThatPresentAClientCertificateAreFoundByItsName() {
    Directory directory =
        directory(
            organization("contoso"),
            organization("northwind"),
            partnerOut("northwind", "Of its own", c -> c.setClientCertificate("fabrikam")),
            partnerOut("contoso", "With", c -> c.setClientCertificate("fabrikam")),
            partnerOut("contoso", "Off", c -> c.setEnabled(false).setClientCertificate("fabrikam")),
            partnerOut("contoso", "Other", c -> c.setClientCertificate("northwind")),
            partnerOut("contoso", "Without", c -> {}));
    assertThat(CertificateUses.presenting(directory, "contoso/fabrikam"))
        .extracting(OutboundConnector::getName)
        .containsExactly("With");
  }
}
