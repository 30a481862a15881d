package io.postern.rules.checks;

import static io.postern.rules.Sample.directory;
import static io.postern.rules.Sample.domain;
import static io.postern.rules.Sample.onPremisesIn;
import static io.postern.rules.Sample.onPremisesOut;
import static io.postern.rules.Sample.organization;
import static io.postern.rules.Sample.partnerIn;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.InboundConnector;
import io.postern.rules.Directory;
import io.postern.rules.Sample;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnhancedFilteringCheckTest {
  private static final Directory CONTOSO =
      directory(organization("contoso"), domain("contoso", "contoso.com"));

  private static DirectoryObject filter(Consumer<InboundConnector.Builder> more) {
    return partnerIn(
        "contoso",
        "From filter",
        c -> {
          c.addSenderDomains("*")
              .setRestrictDomainsToIpAddresses(true)
              .addSenderIpAddresses("192.0.2.1");
          more.accept(c);
        });
  }

  private static List<String> problems(DirectoryObject... changes) {
    return DirectoryRules.validate(CONTOSO, List.of(changes)).stream()
        .map(p -> p.getField() + ": " + p.getProblem() + "; " + p.getCure())
        .toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "192.0.2.1",
        "192.0.2.0/24",
        "192.0.2.1-192.0.2.9",
        "40.92.0.0/15",
        "100.64.0.0/10",
        "2001:db8::/64",
        "2001:db8::1 - 2001:db8::ff",
      })
  void s1_1_EFSkipIPs_takes_addresses_ranges_and_blocks(String entry) {
    assertThat(problems(filter(c -> c.addEfSkipIps(entry)))).isEmpty();
  }

  private static Stream<Arguments> refused() {
    return Stream.of(
        entry("192.168.3.1", "efSkipIPs[0]: \"192.168.3.1\" has private addresses"),
        entry("10.0.0.0/8", "efSkipIPs[0]: \"10.0.0.0/8\" has private addresses"),
        entry("9.255.255.255-10.0.0.1", "efSkipIPs[0]: \"9.255.255.255-10.0.0.1\" has private"),
        entry("::/0", "efSkipIPs[0]: \"::/0\" has private addresses"),
        entry("fd00::1", "efSkipIPs[0]: \"fd00::1\" has private addresses"),
        entry("32.0.0.0/7", "efSkipIPs[0]: \"32.0.0.0/7\" is too wide"),
        entry("2001:db0::/31", "efSkipIPs[0]: \"2001:db0::/31\" is too wide"),
        entry("192.0.2.9-192.0.2.1", "efSkipIPs[0]: \"192.0.2.9-192.0.2.1\": the range ends"),
        entry("192.0.2.9-::1", "efSkipIPs[0]: \"192.0.2.9-::1\": a range has"),
        entry("192.0.2.1/24", "efSkipIPs[0]: \"192.0.2.1/24\": address bits are set"),
        entry("filter.example", "efSkipIPs[0]: \"filter.example\": it is not an IP address"),
        entry("", "efSkipIPs[0]: \"\": it is not an IP address"),
        Arguments.of(
            filter(c -> c.setEfSkipLastIp(true).addEfSkipIps("192.0.2.1")),
            "efSkipIPs: with efSkipLastIP only the client is skipped"),
        Arguments.of(
            filter(c -> c.addEfUsers("anna@contoso.com")), "efUsers: nothing is skipped for them"),
        Arguments.of(
            filter(c -> c.setEfSkipLastIp(true).addEfUsers("anna@fabrikam.com")),
            "efUsers[0]: \"anna@fabrikam.com\" is not an address in an accepted domain"),
        Arguments.of(
            filter(c -> c.setEfSkipLastIp(true).addEfUsers("contoso.com")),
            "efUsers[0]: \"contoso.com\" is not an address"),
        Arguments.of(
            partnerIn("contoso", "Anybody", c -> c.addSenderDomains("*").setEfSkipLastIp(true)),
            "efSkipLastIP: the gateway is not authenticated"));
  }

  private static Arguments entry(String text, String problem) {
    return Arguments.of(filter(c -> c.addEfSkipIps(text)), problem);
  }

  @ParameterizedTest
  @MethodSource("refused")
  void a_value_that_would_not_do_what_it_says_is_refused_with_its_cure(
      DirectoryObject connector, String problem) {
    assertThat(problems(connector))
        .singleElement()
        .satisfies(found -> assertThat(found).startsWith(problem));
  }

  @Test
  void s1_1_not_with_centralised_transport_whichever_comes_later() {
    DirectoryObject filter = filter(c -> c.setEfSkipLastIp(true));
    DirectoryObject central =
        onPremisesOut(
            "contoso",
            "Central",
            c ->
                c.setRouteAllMessagesViaOnPremises(true)
                    .setUseMxRecord(false)
                    .addSmartHosts(Sample.host("mail.contoso.com", 25)));
    assertThat(problems(filter, central))
        .anyMatch(
            p -> p.startsWith("efSkipLastIP: the organization routes all mail through its own"))
        .anyMatch(p -> p.startsWith("routeAllMessagesViaOnPremises: an inbound connector has"));
    Directory with = directory(organization("contoso"), domain("contoso", "contoso.com"), filter);
    assertThat(DirectoryRules.validate(with, List.of(central)))
        .extracting(p -> p.getField())
        .contains("routeAllMessagesViaOnPremises");
  }

  @Test
  void an_on_premises_connector_may_be_a_gateway() {
    assertThat(
            problems(
                onPremisesIn(
                    "contoso",
                    "Our Exchange",
                    c ->
                        c.setTlsSenderCertificateName("mail.contoso.com")
                            .setRequireTls(true)
                            .addEfSkipIps("192.0.2.0/24")
                            .addEfUsers("anna@contoso.com"))))
        .isEmpty();
  }
}
