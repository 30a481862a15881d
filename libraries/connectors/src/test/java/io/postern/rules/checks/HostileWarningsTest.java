package io.postern.rules.checks;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.NextHopHost;
import io.postern.contracts.v1.Organization;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.rules.Directory;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/**
 * A list of connectors shows their warnings, and who writes the connectors chooses how many there
 * are to compare: a page of them must not take long, whatever they have (a connector with each
 * other, an address with each other).
 */
class HostileWarningsTest {
  private static final int PAGE = 500;
  private static final long MOST_MILLIS = 3_000; // of the processor; each takes below 1,000

  private static InboundConnector.Builder inbound(int number, ConnectorType type) {
    return InboundConnector.newBuilder()
        .setOrganization("contoso")
        .setName("From " + number)
        .setEnabled(true)
        .setConnectorType(type);
  }

  private static DirectoryObject of(InboundConnector.Builder connector) {
    return DirectoryObject.newBuilder().setInboundConnector(connector).build();
  }

  private static void takesNotLong(int count, IntFunction<DirectoryObject> made) {
    List<DirectoryObject> connectors = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      connectors.add(made.apply(i));
    }
    List<DirectoryObject> objects = new ArrayList<>(connectors);
    objects.add(
        DirectoryObject.newBuilder()
            .setOrganization(Organization.newBuilder().setId("contoso"))
            .build());
    objects.add(
        DirectoryObject.newBuilder()
            .setAcceptedDomain(
                AcceptedDomain.newBuilder().setDomain("contoso.example").setOrganization("contoso"))
            .build());
    Directory directory = Directory.of(objects, 1, Map.of());
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long begin = threads.getCurrentThreadCpuTime();
    DirectoryWarnings.of(directory, connectors.subList(0, Math.min(PAGE, count)), Instant.EPOCH);
    assertThat((threads.getCurrentThreadCpuTime() - begin) / 1_000_000).isLessThan(MOST_MILLIS);
  }

  @Test
  void fiveHundredOwnServersWithFiveHundredAddressesEach() {
    takesNotLong(
        500,
        i -> {
          InboundConnector.Builder connector = inbound(i, ConnectorType.ON_PREMISES);
          for (int j = 0; j < 500; j++) {
            connector.addSenderIpAddresses(
                "10.%d.%d.%d".formatted(i / 2, j / 2, i % 2 * 2 + j % 2));
          }
          return of(connector);
        });
  }

  @Test
  void twentyThousandWildcardNames() {
    takesNotLong(
        20_000,
        i ->
            of(
                inbound(i, ConnectorType.ON_PREMISES)
                    .setTlsSenderCertificateName("*.x" + i + ".contoso.example")));
  }

  @Test
  void twoThousandPartnersWithAHundredDomainsEach() {
    takesNotLong(
        2_000,
        i -> {
          InboundConnector.Builder connector =
              inbound(i, ConnectorType.PARTNER).setRequireTls(true);
          for (int j = 0; j < 100; j++) {
            connector.addSenderDomains("*.d" + j + ".p" + i + ".example");
          }
          return of(connector);
        });
  }

  @Test
  void twoThousandWaysOutWithAHundredDomainsAndFiftyHostsEach() {
    takesNotLong(
        2_000,
        i -> {
          OutboundConnector.Builder connector =
              OutboundConnector.newBuilder()
                  .setOrganization("contoso")
                  .setName("To " + i)
                  .setEnabled(true)
                  .setConnectorType(ConnectorType.PARTNER);
          for (int j = 0; j < 100; j++) {
            connector.addRecipientDomains("*.d" + j + ".p" + i + ".example");
          }
          for (int j = 0; j < 50; j++) {
            connector.addSmartHosts(
                NextHopHost.newBuilder().setHost("h" + j + ".p" + i + ".example"));
          }
          return DirectoryObject.newBuilder().setOutboundConnector(connector).build();
        });
  }
}
