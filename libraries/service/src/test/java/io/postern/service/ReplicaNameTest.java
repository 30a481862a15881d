package io.postern.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReplicaNameTest {

  @ParameterizedTest
  @CsvSource({
    "gate,                     25,   gate:25",
    "gate.contoso.example,     25,   gate.contoso.example:25",
    "localhostess,             25,   localhostess:25",
    "192.0.2.7,                8080, 192.0.2.7:8080",
  })
  void aMachinesNameIsTheSameAfterARestart(String host, String port, String name) {
    assertThat(ReplicaName.of(host, port)).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "localhost", "LocalHost", "localhost.localdomain", "127.0.1.1", "localhost6"})
  void twoMachinesThatAreBothCalledLocalhostHaveNamesOfTheirOwn(String host) {
    String name = ReplicaName.of(host, "25");
    assertThat(name).matches("(?i)(localhost.*|127.0.1.1)-[0-9a-f]{8}:25");
    assertThat(ReplicaName.of(host, "25")).isEqualTo(name);
    assertThat(ReplicaName.of("key", Optional.of(name), "25")).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", ""})
  void twoProcessesThatListenAnywhereHaveNamesOfTheirOwn(String port) {
    assertThat(ReplicaName.of("gate", port)).matches("gate-[0-9a-f]{8}:" + port);
  }

  @Test
  void thisMachinesNameCanBeUsedAndAnotherOneBeChosen() {
    assertThat(ReplicaName.of("key", Optional.empty(), "25")).endsWith(":25");
    assertThat(ReplicaName.of("key", Optional.of("gate-7"), "25")).isEqualTo("gate-7");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "two words", "a/b", "-gate"})
  void aNameThatCannotBeUsedIsToldWithTheCure(String name) {
    assertThatThrownBy(() -> ReplicaName.of("postern.ingress.replica", Optional.of(name), "25"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("postern.ingress.replica is \"" + name + "\": write up to 200");
  }
}
