package io.postern.log;

import static org.assertj.core.api.Assertions.assertThat;

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
    assertThat(ReplicaName.ALLOWED.matcher(name).matches()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", ""})
  void twoProcessesThatListenAnywhereHaveNamesOfTheirOwn(String port) {
    assertThat(ReplicaName.of("gate", port)).matches("gate-[0-9a-f]{8}:" + port);
  }

  @Test
  void thisMachinesNameCanBeUsed() {
    assertThat(ReplicaName.of("25")).matches(ReplicaName.ALLOWED.pattern()).endsWith(":25");
  }
}
