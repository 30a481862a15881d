package io.postern.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.ingress.listener.ConnectionBounds;
import io.postern.ingress.listener.Listener;
import io.postern.ingress.session.SessionLimits;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The settings of listeners, as an administrator writes them. */
class ConfiguredListenersTest {
  private static final String L = "postern.ingress.listeners.";

  private static IngressSettings settings(Map<String, String> properties, Map<String, String> env) {
    return new SmallRyeConfigBuilder()
        .addDiscoveredConverters()
        .withMapping(IngressSettings.class)
        .withSources(new PropertiesConfigSource(properties, "test", 100))
        .withSources(new EnvConfigSource(env, 300))
        .build()
        .getConfigMapping(IngressSettings.class);
  }

  private static List<Listener> listeners(Map<String, String> properties) {
    return listeners(properties, Map.of());
  }

  private static List<Listener> listeners(Map<String, String> properties, Map<String, String> env) {
    Map<String, String> all = new HashMap<>(properties);
    all.put("postern.ingress.host-name", "mx.example.com");
    IngressSettings ingress = settings(all, env);
    SessionLimits limits = ConfiguredLimits.of(ingress);
    ConnectionBounds bounds =
        new ConnectionBounds(
            ingress.maxConnections(),
            ingress.maxConnectionsPerAddress(),
            ingress.maxConnectionsPerNetwork());
    return ConfiguredListeners.of(ingress, limits, bounds);
  }

  @Test
  void without_listeners_there_is_one_at_host_and_port() {
    Listener only =
        listeners(Map.of("postern.ingress.host", "127.0.0.2", "postern.ingress.port", "2526"))
            .getFirst();
    assertThat(only.name()).isEqualTo("smtp");
    assertThat(only.addresses().toString()).isEqualTo("[/127.0.0.2:2526]");
    assertThat(only.tls()).isFalse();
    assertThat(only.limits().maxMessageBytes()).isEqualTo(37_748_736);
    assertThat(only.bounds()).isEqualTo(new ConnectionBounds(1_000, 100, 300));
  }

  @Test
  void a_listener_has_its_own_and_else_the_services() {
    List<Listener> listeners =
        listeners(
            Map.ofEntries(
                Map.entry("postern.ingress.idle-timeout", "2m"),
                Map.entry("postern.ingress.max-messages-per-minute-per-network", "600"),
                Map.entry(L + "inside.max-messages-per-minute-per-network", "0"),
                Map.entry(L + "inside.host", "127.0.0.1,::1"),
                Map.entry(L + "inside.port", "2500"),
                Map.entry(L + "inside.host-name", "relay.example.com"),
                Map.entry(L + "inside.max-message-bytes", "157286400"),
                Map.entry(L + "inside.max-connections", "50"),
                Map.entry(L + "inside.session-lifetime", "1h"),
                Map.entry(L + "smtps.port", "4650"),
                Map.entry(L + "smtps.tls", "implicit"),
                Map.entry(L + "smtps.balancers", "10.0.0.0/24,2001:db8::5")));
    assertThat(listeners).extracting(Listener::name).containsExactly("inside", "smtps");
    Listener inside = listeners.getFirst();
    assertThat(inside.addresses()).hasSize(2);
    assertThat(inside.limits().hostName()).isEqualTo("relay.example.com");
    assertThat(inside.limits().maxMessageBytes()).isEqualTo(157_286_400);
    assertThat(inside.limits().service().idleTimeout()).isEqualTo(Duration.ofMinutes(2));
    assertThat(inside.limits().lifetime()).isEqualTo(Duration.ofHours(1));
    assertThat(inside.bounds()).isEqualTo(new ConnectionBounds(50, 49, 300));
    assertThat(inside.limits().messagesPerMinutePerNetwork()).isZero();
    Listener smtps = listeners.get(1);
    assertThat(smtps.limits().messagesPerMinutePerNetwork()).isEqualTo(600);
    assertThat(smtps.tls()).isTrue();
    assertThat(smtps.limits().hostName()).isEqualTo("mx.example.com");
    assertThat(smtps.balancers().ranges()).extracting(r -> r.text()).contains("10.0.0.0/24");
  }

  @Test
  void variables_of_the_environment_name_listeners_too() {
    List<Listener> listeners =
        listeners(
            Map.of(),
            Map.of(
                "POSTERN_INGRESS_LISTENERS_SMTPS_PORT", "4650",
                "POSTERN_INGRESS_LISTENERS_SMTPS_TLS", "implicit",
                "POSTERN_INGRESS_LISTENERS_SMTPS_MAX_MESSAGE_BYTES", "100000"));
    assertThat(listeners.getFirst().name()).isEqualTo("smtps");
    assertThat(listeners.getFirst().tls()).isTrue();
    assertThat(listeners.getFirst().limits().maxMessageBytes()).isEqualTo(100_000);
  }

  @ParameterizedTest(name = "{0}={1}: {2}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          listeners.a.tls                     | starttls  | listeners.a.port is missing
          listeners.a.port                    | 70000     | listeners.a.port is 70000: write 0 to 65535
          listeners.A_b.port                  | 25        | listeners.A_b has an invalid name
          listeners.a.tls                     | yes       | listeners.a.tls is "yes": write starttls or
          listeners.a.host                    | no.invalid | listeners.a.host is "no.invalid", which does not
          listeners.a.host                    | 0.0.0.0,127.0.0.1 | listeners.a.host has 0.0.0.0, which means all
          listeners.a.balancers               | 10.0.0.1/24 | listeners.a.balancers has "10.0.0.1/24"
          listeners.a.host-name               | a_b       | listeners.a.host-name is "a_b"
          listeners.a.max-connections         | 1001      | listeners.a.max-connections is 1001: write 1 to 1000
          listeners.a.max-connections-per-address | 0     | listeners.a.max-connections-per-address is 0
          listeners.a.max-connections-per-network | 0     | listeners.a.max-connections-per-network is 0
          listeners.a.max-message-bytes       | 1000      | listeners.a.max-message-bytes is 1000
          listeners.a.max-message-bytes       | 2000000000 | max-unaccepted-bytes-per-address is
          listeners.a.max-recipients          | 99        | listeners.a.max-recipients is 99: write 100 to 1000
          listeners.a.max-messages-per-session | 0        | listeners.a.max-messages-per-session is 0
          listeners.a.max-messages-per-minute-per-network | -1 | listeners.a.max-messages-per-minute-per-network is -1
          max-messages-per-minute-per-network | 1000001   | max-messages-per-minute-per-network is 1000001: write 0 to
          listeners.a.session-lifetime        | 0s        | listeners.a.session-lifetime is PT0S
          max-message-bytes                   | 1000      | max-message-bytes is 1000: write at least 65536
          max-header-bytes                    | 1000      | max-header-bytes is 1000: write 32768 to 1048575
          max-received-fields                 | 1         | max-received-fields is 1: write 10 to 1000
          max-bad-commands                    | 0         | max-bad-commands is 0
          prompt-commands                     | 9         | prompt-commands is 9
          least-rate                          | -1        | least-rate is -1
          least-rate-under-stress             | -1        | least-rate-under-stress is -1
          handshake-timeout                   | 0s        | handshake-timeout is PT0S
          """)
  void what_cannot_be_is_named_with_its_cure(String key, String value, String sentence) {
    Map<String, String> properties = new HashMap<>();
    if (key.startsWith("listeners.a.") && !sentence.contains("port is missing")) {
      properties.put(L + "a.port", "2525");
    }
    properties.put("postern.ingress." + key, value);
    assertThatThrownBy(() -> listeners(properties))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("postern.ingress." + sentence);
  }
}
