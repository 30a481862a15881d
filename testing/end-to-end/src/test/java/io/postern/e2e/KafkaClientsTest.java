package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.tools.attach.VirtualMachine;
import io.postern.stack.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The Kafka clients of the services that carry mail, beside policy-service: each has a thread,
 * buffers and a connection to each broker, times the replicas (docs/decisions/0096).
 */
class KafkaClientsTest {
  /** With those that some use has made. */
  private static final Map<Service, Integer> MOST =
      Map.of(Service.INGRESS, 10, Service.DELIVERY, 19, Service.CERTIFICATE, 10);

  @Test
  @Timeout(300)
  void theServicesHaveFewerThanFortyClients() throws Exception {
    TestStack stack = TestStack.shared();
    // A look at the contract level, every 2 minutes, has a client for a moment.
    await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertFew(stack));
  }

  private static void assertFew(TestStack stack) throws Exception {
    Map<Service, List<String>> clients = new LinkedHashMap<>();
    for (Service service : MOST.keySet()) {
      clients.put(service, clients(stack.processes().process(service).pid()));
    }
    MOST.forEach(
        (service, most) ->
            assertThat(clients.get(service)).isNotEmpty().hasSizeLessThanOrEqualTo(most));
    assertThat(clients.values().stream().mapToInt(List::size).sum())
        .as("%s", clients)
        .isLessThan(40);
  }

  /** Each client registers one. */
  @SuppressWarnings("BanJNDI") // it asks a process that this test started
  private static List<String> clients(long pid) throws Exception {
    VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
    try (JMXConnector connector =
        JMXConnectorFactory.connect(new JMXServiceURL(machine.startLocalManagementAgent()))) {
      List<String> clients = new ArrayList<>();
      for (ObjectName client :
          connector
              .getMBeanServerConnection()
              .queryNames(new ObjectName("kafka.*:type=app-info,id=*"), null)) {
        clients.add(client.getDomain() + " " + client.getKeyProperty("id"));
      }
      return clients;
    } finally {
      machine.detach();
    }
  }
}
