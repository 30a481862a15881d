package io.postern.directory.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.directory.exchange.Finding.Taken;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Exchange's parameters against hand-made truth (docs/guides/exchange.md). */
class ExchangeImportTest {
  private static final String INBOUND =
      """
      [{"SenderIPAddresses":[],"SenderDomains":["smtp:fabrikam.example;1"],"ConnectorType":"Partner",
        "ConnectorSource":"Default","Comment":"","Enabled":true,"RequireTls":true,
        "RestrictDomainsToIPAddresses":false,"RestrictDomainsToCertificate":true,
        "CloudServicesMailEnabled":false,"TreatMessagesAsInternal":false,
        "TlsSenderCertificateName":"*.fabrikam.example","EFTestMode":false,
        "EFSkipLastIP":false,"EFSkipIPs":[],"EFUsers":[],"AssociatedAcceptedDomains":[],
        "Name":"From Fabrikam","Guid":"5b3f-…","WhenChanged":"\\/Date(1700000000000)\\/","IsValid":true}]
      """;

  private static ExchangeImport imported(String text, Map<String, String> routes, String... known)
      throws ExchangeFormatException {
    return ExchangeImport.of(
        "contoso", ExchangeFile.read(text.getBytes(StandardCharsets.UTF_8)), routes, Set.of(known));
  }

  /** One connector with these parameters, as JSON. */
  private static Map<?, ?> only(String section, String parameters, String... known)
      throws ExchangeFormatException {
    Object list = imported("{" + parameters + "}", Map.of(), known).organization().get(section);
    return (Map<?, ?>) ((List<?>) java.util.Objects.requireNonNull(list)).getFirst();
  }

  private static List<String> findings(ExchangeImport result, Taken taken) {
    return result.findings().stream()
        .filter(finding -> finding.taken() == taken)
        .map(Finding::parameter)
        .toList();
  }

  @Test
  void aPartnersConnectorIsTakenWithEachParameter() throws Exception {
    ExchangeImport result = imported(INBOUND, Map.of());
    assertThat(result.organization().get("inboundConnectors"))
        .isEqualTo(
            List.of(
                Map.of(
                    "name",
                    "From Fabrikam",
                    "connectorType",
                    "partner",
                    "enabled",
                    true,
                    "senderDomains",
                    List.of("fabrikam.example"),
                    "requireTls",
                    true,
                    "tlsSenderCertificateName",
                    "*.fabrikam.example",
                    "restrictDomainsToCertificate",
                    true,
                    "restrictDomainsToIPAddresses",
                    false)));
    assertThat(findings(result, Taken.UNKNOWN)).isEmpty();
    assertThat(findings(result, Taken.DIFFERENT)).isEmpty();
    assertThat(findings(result, Taken.NOT_TAKEN)).containsExactly("ConnectorSource");
  }

  @ParameterizedTest
  @CsvSource({"UTF-8, EFBBBF", "UTF-16LE, FFFE", "UTF-16BE, FEFF", "UTF-8, ''"})
  void theTextHasThePowerShellsEncoding(String charset, String mark) throws Exception {
    byte[] text = INBOUND.getBytes(Charset.forName(charset));
    byte[] bom = java.util.HexFormat.of().parseHex(mark);
    byte[] file = java.util.Arrays.copyOf(bom, bom.length + text.length);
    System.arraycopy(text, 0, file, bom.length, text.length);
    assertThat(ExchangeFile.read(file))
        .singleElement()
        .satisfies(object -> assertThat(object.name()).isEqualTo("From Fabrikam"));
  }

  @ParameterizedTest
  @CsvSource({
    "''",
    "hello",
    "'<Objs Version=\"1.1.0.1\"></Objs>'",
    "'[1,2]'",
    "'{\"Name\":'",
  })
  void whatIsNoSuchFileIsSaid(String text) {
    assertThatThrownBy(() -> imported(text, Map.of()))
        .isInstanceOf(ExchangeFormatException.class)
        .hasMessageContaining("the file");
  }

  /** The known traps: each parameter, what becomes of it, and how it is reported. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // costs have no effect
        "inboundConnectors | 'Name':'a','ConnectorType':'Partner','SenderDomains':['smtp:*;5'] | senderDomains | [*] | SenderDomains | DIFFERENT",
        // addresses of a partner without the restriction
        "inboundConnectors | 'Name':'a','ConnectorType':'Partner','SenderDomains':['*'],'SenderIPAddresses':['192.0.2.1'] | senderIPAddresses | [192.0.2.1] | SenderIPAddresses | DIFFERENT",
        "inboundConnectors | 'Name':'a','ConnectorType':'Partner','SenderDomains':['*'],'RequireTls':true,'TlsSenderCertificateName':'x.example','RestrictDomainsToCertificate':true,'SenderIPAddresses':['192.0.2.1'] | senderIPAddresses | null | SenderIPAddresses | NOT_TAKEN",
        // both restrictions in one
        "inboundConnectors | 'Name':'a','ConnectorType':'Partner','SenderDomains':['*'],'RequireTls':true,'TlsSenderCertificateName':'x.example','RestrictDomainsToCertificate':true,'RestrictDomainsToIPAddresses':true,'SenderIPAddresses':['192.0.2.1'] | restrictDomainsToIPAddresses | true | RestrictDomainsToIPAddresses | TAKEN",
        // ranges
        "inboundConnectors | 'Name':'a','ConnectorType':'Partner','SenderDomains':['*'],'RestrictDomainsToIPAddresses':true,'SenderIPAddresses':['192.0.2.1-192.0.2.6'] | senderIPAddresses | [192.0.2.1, 192.0.2.2/31, 192.0.2.4/31, 192.0.2.6] | SenderIPAddresses | DIFFERENT",
        // an own server by certificate
        "inboundConnectors | 'Name':'a','ConnectorType':'OnPremises','SenderDomains':['smtp:contoso.example;1'],'RequireTls':true,'TlsSenderCertificateName':'mail.contoso.example' | senderDomains | null | SenderDomains | DIFFERENT",
        "inboundConnectors | 'Name':'a','ConnectorType':'OnPremises','SenderDomains':['smtp:*;1'],'TlsSenderCertificateName':'<I>CN=CA, O=X<S>CN=mail.contoso.example, O=Contoso' | tlsSenderCertificateName | mail.contoso.example | TlsSenderCertificateName | DIFFERENT",
        "inboundConnectors | 'Name':'a','ConnectorType':'OnPremises','SenderDomains':['*'],'RequireTls':false,'TlsSenderCertificateName':'mail.contoso.example' | requireTls | false | RequireTls | TAKEN",
        "inboundConnectors | 'Name':'a','ConnectorType':'OnPremises','SenderDomains':['*'],'SenderIPAddresses':['192.0.2.1'],'CloudServicesMailEnabled':true | cloudServicesMailEnabled | null | CloudServicesMailEnabled | NOT_TAKEN",
        "inboundConnectors | 'Name':'a','ConnectorType':'Partner','SenderDomains':['*'],'CloudServicesMailEnabled':true | cloudServicesMailEnabled | null | CloudServicesMailEnabled | NOT_TAKEN",
        "inboundConnectors | 'Name':'a','ConnectorType':'Partner','SenderDomains':['*'],'EFSkipIPs':['198.51.100.1'] | efSkipIPs | null | EFSkipIPs | NOT_TAKEN",
        "inboundConnectors | 'Name':'a','ConnectorType':'Partner','SenderDomains':['*'],'NewParameter':'x' | newParameter | null | NewParameter | UNKNOWN",
        "inboundConnectors | 'Name':'a','ConnectorType':'OnPremises','SenderDomains':['*'],'SenderIPAddresses':['192.0.2.129/25'] | senderIPAddresses | [192.0.2.128/25] | SenderIPAddresses | DIFFERENT",
        "inboundConnectors | 'Name':'a','ConnectorType':'OnPremises','SenderDomains':['*'],'TlsSenderCertificateName':'mail.vendor.example' | tlsSenderCertificateName | mail.vendor.example | TlsSenderCertificateName | TAKEN",
        "inboundConnectors | 'Name':'a','ConnectorType':'OnPremises','SenderDomains':['*'],'TlsSenderCertificateName':'mail.vendor.example','CloudServicesMailEnabled':true | cloudServicesMailEnabled | null | CloudServicesMailEnabled | NOT_TAKEN",
        // outbound
        "outboundConnectors | 'Name':'a','ConnectorType':'Partner','RecipientDomains':['x.example'],'UseMXRecord':true,'TlsSettings':null | tlsSettings | null | UseMXRecord | TAKEN",
        "outboundConnectors | 'Name':'a','ConnectorType':'Partner','RecipientDomains':['x.example'],'UseMXRecord':true,'TestMode':true | enabled | false | TestMode | DIFFERENT",
        "outboundConnectors | 'Name':'a','ConnectorType':'Partner','RecipientDomains':['x.example'],'UseMXRecord':true,'Enabled':true,'IsTransportRuleScoped':true | isTransportRuleScoped | true | IsTransportRuleScoped | TAKEN",
        "outboundConnectors | 'Name':'a','ConnectorType':'Partner','RecipientDomains':['x.example','contoso.example'],'UseMXRecord':true | recipientDomains | [x.example] | RecipientDomains | DIFFERENT",
        "outboundConnectors | 'Name':'a','ConnectorType':'Partner','RecipientDomains':['x.example'],'UseMXRecord':false,'SmartHosts':['192.0.2.0/28','[192.0.2.77]'] | smartHosts | [192.0.2.77] | SmartHosts | DIFFERENT",
        "outboundConnectors | 'Name':'a','ConnectorType':'Partner','RecipientDomains':['x.example'],'UseMXRecord':true,'TlsSettings':'CertificateValidation','TlsDomain':'y.example' | tlsDomain | null | TlsDomain | NOT_TAKEN",
        "outboundConnectors | 'Name':'a','ConnectorType':'Partner','RecipientDomains':['x.example'],'UseMXRecord':true,'SmtpDaneMode':'Mandatory' | smtpDaneMode | mandatory | SmtpDaneMode | TAKEN",
        "outboundConnectors | 'Name':'a','ConnectorType':'Partner','RecipientDomains':['x.example'],'UseMXRecord':true,'IsValidated':true | isValidated | null | IsValidated | NOT_TAKEN",
      })
  void aTrap(
      String section, String parameters, String field, String value, String parameter, Taken taken)
      throws Exception {
    String json = parameters.replace('\'', '"');
    assertThat(String.valueOf((Object) only(section, json, "contoso.example").get(field)))
        .isEqualTo(value);
    ExchangeImport result = imported("{" + json + "}", Map.of(), "contoso.example");
    assertThat(findings(result, taken)).contains(parameter);
    assertThat(result.findings())
        .allSatisfy(
            finding ->
                assertThat(finding.taken() == Taken.TAKEN || !finding.remark().isEmpty())
                    .as("%s has a word why", finding)
                    .isTrue());
  }

  private static final String SERVICE =
      "{'Name':'Service','ConnectorType':'OnPremises','IsTransportRuleScoped':true,"
          + "'RecipientDomains':[],'UseMXRecord':false,'SmartHosts':['smtp.service.example'],"
          + "'TlsSettings':'DomainValidation','TlsDomain':'smtp.service.example'}";

  /**
   * "Integrate Office 365 with an email add-on service": the connector and the rule of the page.
   */
  @Test
  void theRuleOfAnAddOnServiceIsImportedWithItsConnector() throws Exception {
    ExchangeImport result =
        imported(
            ("["
                    + SERVICE
                    + ",{'Name':'Sign','Priority':0,'State':'Enabled','Mode':'Enforce',"
                    + "'FromScope':'InOrganization','SentToScope':null,'From':null,"
                    + "'ExceptIfHeaderContainsMessageHeader':'SignatureContoso',"
                    + "'ExceptIfHeaderContainsWords':['true'],'StopRuleProcessing':true,"
                    + "'SenderAddressLocation':'Header','Conditions':['x'],'Description':'x',"
                    + "'RouteMessageOutboundConnector':'Service'}]")
                .replace('\'', '"'),
            Map.of());
    assertThat(result.organization().get("routingRules"))
        .isEqualTo(
            List.of(
                Map.of(
                    "name", "Sign",
                    "fromScope", "inOrganization",
                    "exceptHeaderField", "SignatureContoso",
                    "exceptHeaderWords", List.of("true"),
                    "outboundConnector", "Service")));
    assertThat((List<?>) result.organization().get("outboundConnectors")).hasSize(1);
    assertThat(result.findings()).filteredOn(finding -> finding.parameter().isEmpty()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'SubjectContainsWords':['x'],'RouteMessageOutboundConnector':'Service' | SubjectContainsWords",
        "'From':['a@contoso.example'],'SenderDomainIs':['contoso.example'],'RouteMessageOutboundConnector':'Service' | From together with SenderDomainIs",
        "'RouteMessageOutboundConnector':'Other' | outboundConnector",
        "'SentToScope':'ExternalPartner','RouteMessageOutboundConnector':'Service' | SentToScope ExternalPartner",
        "'FromScope':'0','RouteMessageOutboundConnector':'Service' | FromScope 0",
        "'HeaderContainsMessageHeader':'X','HeaderContainsWords':['y'],'RouteMessageOutboundConnector':'Service' | FromScope InOrganization is missing",
        "'PrependSubject':'x' | gives no mail to a connector",
      })
  void aRuleThatCannotBeEvaluatedIsLeftOutAndItsConnectorTakesNoMail(String parameters, String why)
      throws Exception {
    ExchangeImport result =
        imported(
            ("["
                    + SERVICE
                    + ",{'Name':'R','State':'Enabled','SenderAddressLocation':'Envelope',"
                    + parameters
                    + "}]")
                .replace('\'', '"'),
            Map.of(),
            "contoso.example");
    assertThat(result.organization()).doesNotContainKey("routingRules");
    assertThat((List<?>) result.organization().get("outboundConnectors")).hasSize(1);
    assertThat(result.findings())
        .filteredOn(finding -> finding.parameter().isEmpty())
        .singleElement()
        .satisfies(finding -> assertThat(finding.remark()).contains(why));
  }

  /** What it took in Exchange would go to the next rule's connector here. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'SubjectContainsWords':['x'],'RouteMessageOutboundConnector':'Service' | false",
        "'StopRuleProcessing':true,'RouteMessageOutboundConnector':null | false",
        "'StopRuleProcessing':true,'State':'Disabled','RouteMessageOutboundConnector':null | null",
        "'PrependSubject':'x','RouteMessageOutboundConnector':null | null",
      })
  void aRuleAfterOneThatIsLeftOutIsImportedSwitchedOff(String before, String enabled)
      throws Exception {
    ExchangeImport result =
        imported(
            ("["
                    + SERVICE
                    + ",{'Name':'Second','Priority':1,'State':'Enabled',"
                    + "'RouteMessageOutboundConnector':'Service'},"
                    + "{'Name':'First','Priority':0,"
                    + before
                    + "}]")
                .replace('\'', '"'),
            Map.of(),
            "contoso.example");
    assertThat((List<?>) result.organization().get("routingRules"))
        .singleElement()
        .satisfies(
            rule ->
                assertThat(String.valueOf(((Map<?, ?>) rule).get("enabled"))).isEqualTo(enabled));
  }

  /** "Enhanced filtering is not supported with centralized mail transport." */
  @Test
  void aGatewayIsNotImportedTogetherWithCentralTransport() throws Exception {
    ExchangeImport result =
        imported(
            ("[{'Name':'a','ConnectorType':'OnPremises','SenderDomains':['*'],"
                    + "'SenderIPAddresses':['192.0.2.1'],'EFSkipLastIP':true},"
                    + "{'Name':'c','ConnectorType':'OnPremises','RecipientDomains':['*'],"
                    + "'UseMXRecord':false,'SmartHosts':['h.example'],"
                    + "'RouteAllMessagesViaOnPremises':true}]")
                .replace('\'', '"'),
            Map.of());
    assertThat(result.organization().toString())
        .contains("routeAllMessagesViaOnPremises", "192.0.2.1")
        .doesNotContain("efSkipLastIP");
    assertThat(findings(result, Taken.NOT_TAKEN)).containsExactly("EFSkipLastIP");
  }

  @Test
  void aCommentIsOnOneLine() throws Exception {
    assertThat(
            only(
                    "inboundConnectors",
                    "\"Name\":\"a\",\"ConnectorType\":\"Partner\",\"SenderDomains\":[\"*\"],"
                        + "\"Comment\":\"line\\r\\nbreak\"")
                .get("comment"))
        .isEqualTo("line break");
  }

  /** Exchange's trap: all accepted domains and "*" sends mail to the Internet over own servers. */
  @Test
  void allAcceptedDomainsAndTheOutsideBecomeTwoConnectors() throws Exception {
    ExchangeImport result =
        imported(
            "{\"Name\":\"Own\",\"ConnectorType\":\"OnPremises\",\"RecipientDomains\":[\"*\"],"
                + "\"AllAcceptedDomains\":true,\"UseMXRecord\":false,\"SmartHosts\":[\"h.example\"],"
                + "\"TlsSettings\":\"EncryptionOnly\"}",
            Map.of());
    List<?> two = (List<?>) result.organization().get("outboundConnectors");
    Map<String, Object> same =
        Map.of(
            "connectorType",
            "onPremises",
            "useMXRecord",
            false,
            "smartHosts",
            List.of("h.example"),
            "tlsSettings",
            "encryptionOnly");
    Map<String, Object> inside = new HashMap<>(same);
    inside.putAll(Map.of("name", "Own", "allAcceptedDomains", true));
    Map<String, Object> outside = new HashMap<>(same);
    outside.putAll(Map.of("name", "Own (outside)", "recipientDomains", List.of("*")));
    assertThat(two).isEqualTo(List.of(inside, outside));
  }

  /** One connector that cannot be written does not keep the others out. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'Name':'a','ConnectorType':1,'SenderDomains':['*'] | connectorType",
        "'Name':'a','ConnectorType':'Partner','SenderDomains':[] | senderDomains",
        "'Name':'a','ConnectorType':'Partner','SenderDomains':['*'],'RestrictDomainsToCertificate':true | tlsSenderCertificateName",
        "'Name':'a','ConnectorType':'Partner','SenderDomains':['x.*.example'] | senderDomains[0]",
        "'Name':'a','ConnectorType':'Partner','SenderDomains':['*'],'AssociatedAcceptedDomains':['other.example'] | associatedAcceptedDomains[0]",
        "'Name':'b','ConnectorType':'Partner','SenderDomains':['*'] | same name",
      })
  void aConnectorThatTheRulesRefuseIsLeftOutWithAFindingAndTheRestIsTaken(
      String parameters, String why) throws Exception {
    ExchangeImport result =
        imported(
            ("[{'Name':'b','ConnectorType':'Partner','SenderDomains':['x.example']},{"
                    + parameters
                    + "},{'Name':'c','ConnectorType':'OnPremises','RecipientDomains':['*'],"
                    + "'UseMXRecord':false,'SmartHosts':['h.example'],"
                    + "'RouteAllMessagesViaOnPremises':true}]")
                .replace('\'', '"'),
            Map.of(),
            "contoso.example");
    assertThat((List<?>) result.organization().get("inboundConnectors"))
        .singleElement()
        .satisfies(connector -> assertThat(((Map<?, ?>) connector).get("name")).isEqualTo("b"));
    assertThat((List<?>) result.organization().get("outboundConnectors")).hasSize(1);
    assertThat(result.findings())
        .filteredOn(finding -> finding.parameter().isEmpty())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.taken()).isEqualTo(Taken.NOT_TAKEN);
              assertThat(finding.remark()).startsWith("not imported: ").contains(why);
            });
  }

  @Test
  void acceptedDomainsGetTheirMailboxRouteFromTheCaller() throws Exception {
    String domains =
        """
        [{"DomainName":"contoso.com","DomainType":"Authoritative","Default":true,"Name":"contoso.com"},
         {"DomainName":"relay.contoso.com","DomainType":"InternalRelay","MatchSubDomains":true},
         {"DomainName":"contoso.onmicrosoft.com","DomainType":"Authoritative","InitialDomain":true}]
        """;
    ExchangeImport without = imported(domains, Map.of());
    assertThat(without.findings())
        .anySatisfy(
            finding -> assertThat(finding.remark()).contains("mailboxRoute=contoso.com=host:port"));
    ExchangeImport result =
        imported(domains, Map.of("", "mailbox.contoso.com", "relay.contoso.com", "10.0.0.5:2525"));
    assertThat(result.organization().get("acceptedDomains"))
        .isEqualTo(
            List.of(
                Map.of(
                    "domain", "contoso.com",
                    "domainType", "authoritative",
                    "mailboxRoute", Map.of("host", "mailbox.contoso.com")),
                Map.of(
                    "domain", "relay.contoso.com",
                    "domainType", "internalRelay",
                    "mailboxRoute", Map.of("host", "10.0.0.5", "port", 2525))));
    assertThat(findings(result, Taken.NOT_TAKEN)).contains("MatchSubDomains", "Default", "");
  }

  @Test
  void aListOfPowerShell5IsUnwrapped() throws Exception {
    assertThat(
            ExchangeFile.read(
                ("{\"value\":" + INBOUND + ",\"Count\":1}").getBytes(StandardCharsets.UTF_8)))
        .hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "192.0.2.0-192.0.2.255 | [192.0.2.0/24]",
        "192.0.2.0-192.0.3.255 | [192.0.2.0/24, 192.0.3.0/24]",
        "192.0.2.255-192.0.2.255 | [192.0.2.255]",
        "192.0.2.9-192.0.2.1 | []",
        "0.0.0.0-255.255.255.255 | []",
        "a-b | []",
        "1-2-3 | []",
      })
  void aRangeIsWrittenAsBlocks(String range, String blocks) {
    assertThat(Spaces.blocks(range).toString()).isEqualTo(blocks);
  }

  /** Two such requests would keep all carriers of virtual threads, and with them the API. */
  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void theLongestCertificateIdentifierIsReadAtOnceAndALongerOneIsRefused() throws Exception {
    ExchangeImport result = withIdentifier("<I>" + "<S>".repeat(65_533 / 3));
    assertThat(findings(result, Taken.TAKEN)).contains("Name");
    assertThatThrownBy(() -> withIdentifier("<I>" + "<S>".repeat(1_300_000)))
        .isInstanceOf(ExchangeFormatException.class)
        .hasMessageContaining("a text of more than 65536 characters");
  }

  private static ExchangeImport withIdentifier(String identifier) throws Exception {
    return imported(
        INBOUND.replace("*.fabrikam.example", identifier).replace("\"Partner\"", "\"OnPremises\""),
        Map.of());
  }
}
