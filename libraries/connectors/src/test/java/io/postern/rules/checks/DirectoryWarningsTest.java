package io.postern.rules.checks;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.AnchorSet;
import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.NextHopHost;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.TlsLevel;
import io.postern.rules.Directory;
import io.postern.rules.Sample;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DirectoryWarningsTest {
  private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");

  private static DirectoryObject in(String name, Consumer<InboundConnector.Builder> change) {
    InboundConnector.Builder connector =
        InboundConnector.newBuilder()
            .setOrganization("contoso")
            .setName(name)
            .setConnectorType(ConnectorType.PARTNER)
            .setEnabled(true);
    change.accept(connector);
    return DirectoryObject.newBuilder().setInboundConnector(connector).build();
  }

  private static DirectoryObject out(String name, Consumer<OutboundConnector.Builder> change) {
    OutboundConnector.Builder connector =
        OutboundConnector.newBuilder()
            .setOrganization("contoso")
            .setName(name)
            .setConnectorType(ConnectorType.PARTNER)
            .setEnabled(true)
            .setUseMxRecord(true);
    change.accept(connector);
    return DirectoryObject.newBuilder().setOutboundConnector(connector).build();
  }

  /** "field: warning" of the first object, in a directory with all. */
  private static List<String> warnings(DirectoryObject... objects) {
    List<DirectoryObject> all = new ArrayList<>(List.of(objects));
    all.add(Sample.organization("contoso"));
    all.add(Sample.domain("contoso", "contoso.example"));
    all.add(Sample.domain("contoso", "emea.contoso.example"));
    Directory directory = Sample.directory(all.toArray(DirectoryObject[]::new));
    return DirectoryWarnings.of(directory, List.of(objects[0]), NOW).stream()
        .peek(w -> assertThat(w.getObject()).isEqualTo(DirectoryKeys.key(objects[0])))
        .peek(w -> assertThat(w.getCure()).isNotBlank())
        .map(w -> w.getField() + ": " + w.getProblem())
        .toList();
  }

  private static DirectoryObject partner(String domain) {
    return in("From partner", c -> c.addSenderDomains(domain).setRequireTls(true));
  }

  private static DirectoryObject toPartner(String domain) {
    return out(
        "To partner", c -> c.addRecipientDomains(domain).setTlsSettings(TlsLevel.ENCRYPTION_ONLY));
  }

  @Test
  void aPairHasNoWarning() {
    assertThat(warnings(partner("fabrikam.example"), toPartner("fabrikam.example"))).isEmpty();
    assertThat(warnings(toPartner("fabrikam.example"), partner("fabrikam.example"))).isEmpty();
    assertThat(warnings(partner("fabrikam.example"), toPartner("*.fabrikam.example"))).isEmpty();
  }

  @Test
  void halfAPairIsNamedInEachDirection() {
    assertThat(warnings(partner("fabrikam.example")))
        .containsExactly(
            "senderDomains: no outbound connector forces TLS for mail to fabrikam.example");
    assertThat(warnings(toPartner("fabrikam.example")))
        .containsExactly(
            "recipientDomains: no inbound connector demands TLS of mail from fabrikam.example");
    assertThat(
            warnings(
                partner("fabrikam.example"),
                out("Opportunistic", c -> c.addRecipientDomains("fabrikam.example"))))
        .hasSize(1);
    assertThat(
            warnings(
                toPartner("fabrikam.example"),
                in("Asks nothing", c -> c.addSenderDomains("fabrikam.example"))))
        .hasSize(1);
    assertThat(
            warnings(
                partner("fabrikam.example"),
                out(
                    "Off",
                    c ->
                        c.addRecipientDomains("fabrikam.example")
                            .setTlsSettings(TlsLevel.ENCRYPTION_ONLY)
                            .setEnabled(false))))
        .hasSize(1);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      textBlock =
          """
          192.0.2.1      | none
          192.0.2.16/28  | none
          192.0.2.0/27   | any of 32 addresses counts as the partner
          192.0.2.0/24   | any of 256 addresses counts as the partner
          2001:db8::/64  | none
          """)
  void aWideRangeIsNamed(String range, String expected) {
    List<String> warnings =
        warnings(in("By address", c -> restricted(c).addSenderIpAddresses(range)));

    if (expected == null) {
      assertThat(warnings).isEmpty();
    } else {
      assertThat(warnings).containsExactly("senderIPAddresses[0]: " + expected);
    }
  }

  /**
   * Each compared with each were 60 billion comparisons, in a call that one administrator makes.
   */
  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void connectorsWithManyAddressesAreWarnedOfInTime() {
    List<DirectoryObject> many = new ArrayList<>();
    for (int connector = 0; connector < 500; connector++) {
      int first = connector * 500;
      many.add(
          Sample.onPremisesIn(
              "contoso",
              "c" + connector,
              c -> {
                for (int i = first; i < first + 500; i++) {
                  c.addSenderIpAddresses("10.%d.%d.%d".formatted(i >> 16, i >> 8 & 255, i & 255));
                }
              }));
    }
    many.add(Sample.organization("contoso"));
    Directory after = Directory.of(many, 1, Map.of());
    assertThat(DirectoryWarnings.of(after, many, Instant.now())).isEmpty();
  }

  private static InboundConnector.Builder restricted(InboundConnector.Builder connector) {
    return connector
        .addSenderDomains("*")
        .setRestrictDomainsToIpAddresses(true)
        .addAssociatedAcceptedDomains("contoso.com");
  }

  @Test
  void addressesOfAPartnerThatRestrictNobodyAreNamed() {
    assertThat(warnings(in("Mine", c -> c.addSenderDomains("*").addSenderIpAddresses("192.0.2.1"))))
        .singleElement()
        .asString()
        .startsWith("senderIPAddresses: the connector applies to these addresses");
  }

  @Test
  void addressesAndACertificateInOneConnectorAreBothNamed() {
    assertThat(
            warnings(
                in(
                    "Mine",
                    c ->
                        restricted(c)
                            .addSenderIpAddresses("192.0.2.1")
                            .setRequireTls(true)
                            .setTlsSenderCertificateName("mail.partner.example"))))
        .singleElement()
        .asString()
        .contains("at one of the addresses and show the certificate");
  }

  @Test
  void aBlockWithHostBitsIsNamed() {
    assertThat(warnings(in("Mine", c -> restricted(c).addSenderIpAddresses("192.0.2.17/28"))))
        .containsExactly(
            "senderIPAddresses[0]: 192.0.2.17/28 is the whole block of that length, not one address");
  }

  @ParameterizedTest(name = "{0} and {1}: {2}")
  @CsvSource({
    "192.0.2.1, 192.0.2.1, true",
    "192.0.2.16/28, 192.0.2.17, true",
    "192.0.2.17, 192.0.2.16/28, true",
    "192.0.2.1, 192.0.2.2, false",
    "192.0.2.16/28, 192.0.2.32/28, false",
    "2001:db8::/64, 2001:db8::1, true",
    "2001:db8::/64, 192.0.2.1, false",
  })
  void aSharedRangeIsNamed(String mine, String theirs, boolean shared) {
    DirectoryObject own = in("Mine", c -> restricted(c).addSenderIpAddresses(mine));
    DirectoryObject other = in("Theirs", c -> restricted(c).addSenderIpAddresses(theirs));

    assertThat(warnings(own, other)).hasSize(shared ? 1 : 0);
    assertThat(warnings(own, other).toString().contains("\"Theirs\" has " + theirs))
        .isEqualTo(shared);
    DirectoryObject off =
        in("Off", c -> restricted(c).addSenderIpAddresses(theirs).setEnabled(false));
    assertThat(warnings(own, off)).isEmpty();
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "*.co.uk, true",
    "co.uk, true",
    "*.com, true",
    "*.fabrikam.co.uk, false",
    "*.fabrikam.example, false",
    "fabrikam.com, false",
  })
  void aPublicSuffixIsNamedWhereverItStands(String pattern, boolean warned) {
    String base = pattern.startsWith("*.") ? pattern.substring(2) : pattern;
    String expected = "any organization may own a name below " + base;

    for (List<String> found :
        List.of(
            warnings(in("a", c -> c.addSenderDomains(pattern))),
            warnings(in("a", c -> c.addSenderDomains("*").setTlsSenderCertificateName(pattern))),
            warnings(out("a", c -> c.addRecipientDomains(pattern))),
            warnings(out("a", c -> c.addRecipientDomains("a.example").setTlsDomain(pattern))))) {
      assertThat(found.stream().anyMatch(w -> w.endsWith(expected))).isEqualTo(warned);
    }
  }

  @Test
  void aWildcardThatCatchesAGatewayIsNamed() {
    DirectoryObject wizard =
        in(
            "Own servers",
            c ->
                c.setConnectorType(ConnectorType.ON_PREMISES)
                    .setTlsSenderCertificateName("*.contoso.example"));
    DirectoryObject gateway =
        in(
            "Gateway",
            c ->
                c.addSenderDomains("*")
                    .setRequireTls(true)
                    .setTlsSenderCertificateName("gateway.contoso.example"));

    assertThat(warnings(wizard, gateway))
        .contains(
            "tlsSenderCertificateName: it also matches gateway.contoso.example of the connector "
                + "\"Gateway\"");
    assertThat(
            warnings(
                wizard,
                out(
                    "By gateway",
                    c ->
                        c.addRecipientDomains("a.example")
                            .setUseMxRecord(false)
                            .addSmartHosts(Sample.host("relay.contoso.example", 25)))))
        .anySatisfy(w -> assertThat(w).contains("relay.contoso.example"));
    assertThat(
            warnings(
                in("One", c -> c.addSenderDomains("*").setTlsSenderCertificateName("a.example")),
                in("Two", c -> c.addSenderDomains("*").setTlsSenderCertificateName("a.example"))))
        .containsExactly(
            "tlsSenderCertificateName: without requireTls the name does not restrict, as in Exchange",
            "tlsSenderCertificateName: the connector \"Two\" has the same name");
  }

  @Test
  void aRestrictionThatRefusesOwnMailIsNamed() {
    Consumer<InboundConnector.Builder> all =
        c ->
            c.addSenderDomains("*")
                .setTlsSenderCertificateName("gateway.example")
                .setRestrictDomainsToCertificate(true);
    assertThat(warnings(in("Lock", all)))
        .containsExactly(
            "associatedAcceptedDomains: mail from all other senders is refused for each of the "
                + "organization's 2 accepted domains");
    assertThat(
            warnings(
                in("Lock", all.andThen(c -> c.addAssociatedAcceptedDomains("contoso.example")))))
        .isEmpty();
    assertThat(
            warnings(
                in(
                    "Partner",
                    c ->
                        c.addSenderDomains("*.contoso.example")
                            .addSenderIpAddresses("192.0.2.1")
                            .setRestrictDomainsToIpAddresses(true))))
        .anySatisfy(
            w -> assertThat(w).contains("it refuses mail from the organization's own domain"));
  }

  @Test
  void aConnectorThatDoesNothingIsNamed() {
    assertThat(warnings(in("Off", c -> c.addSenderDomains("*.co.uk").setEnabled(false))))
        .containsExactly("enabled: the connector is off and has no effect");
    assertThat(warnings(out("Off", c -> c.addRecipientDomains("*").setEnabled(false))))
        .containsExactly("enabled: the connector matches no mail");
  }

  @Test
  void forcedTlsForAllTheWorldIsNamed() {
    assertThat(
            warnings(
                out(
                    "All",
                    c -> c.addRecipientDomains("*").setTlsSettings(TlsLevel.ENCRYPTION_ONLY))))
        .singleElement()
        .asString()
        .contains("any domain without such TLS");
    assertThat(warnings(out("All", c -> c.addRecipientDomains("*")))).isEmpty();
  }

  /** Its MX records lead senders here. */
  @Test
  void aSmartHostThatIsAnAcceptedDomainMayLeadBack() {
    assertThat(warnings(out("Own", c -> smart(c, "EMEA.contoso.example", 0))))
        .singleElement()
        .asString()
        .startsWith("smartHosts[0]: ")
        .contains("emea.contoso.example", "this installation");
    assertThat(warnings(out("Own", c -> smart(c, "contoso.example", 25)))).hasSize(1);
    assertThat(warnings(out("Own", c -> smart(c, "contoso.example", 587)))).isEmpty();
    assertThat(warnings(out("Own", c -> smart(c, "mail.contoso.example", 0)))).isEmpty();
    assertThat(warnings(out("Own", c -> smart(c, "192.0.2.1", 0)))).isEmpty();
    DirectoryObject foreign = Sample.domain("fabrikam", "fabrikam.example");
    assertThat(
            warnings(
                out("Own", c -> smart(c, "fabrikam.example", 0)),
                foreign,
                Sample.organization("fabrikam")))
        .isEmpty();
  }

  private static void smart(OutboundConnector.Builder connector, String host, int port) {
    connector
        .setUseMxRecord(false)
        .addRecipientDomains("partner.example")
        .addSmartHosts(NextHopHost.newBuilder().setHost(host).setPort(port));
  }

  @Test
  void noWarningNamesAnotherOrganization() {
    DirectoryObject own = in("Mine", c -> restricted(c).addSenderIpAddresses("192.0.2.1"));
    DirectoryObject foreign =
        in(
            "Secret",
            c -> restricted(c.setOrganization("fabrikam")).addSenderIpAddresses("192.0.2.1"));

    assertThat(warnings(own, foreign, Sample.organization("fabrikam"))).isEmpty();
  }

  @Test
  void thereAreAHundredAtMostAndWhatCannotBeReadIsNone() {
    List<DirectoryObject> many = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      many.add(in("Off " + i, c -> c.setEnabled(false)));
    }
    Directory directory = Sample.directory(many.toArray(DirectoryObject[]::new));
    assertThat(DirectoryWarnings.of(directory, many, NOW)).hasSize(DirectoryWarnings.MOST);
    DirectoryObject set =
        DirectoryObject.newBuilder()
            .setAnchorSet(
                AnchorSet.newBuilder()
                    .setOrganization("contoso")
                    .setName("a")
                    .addCertificates(ByteString.copyFromUtf8("no certificate")))
            .build();
    assertThat(DirectoryWarnings.of(directory, List.of(set), NOW)).isEmpty();
  }
}
