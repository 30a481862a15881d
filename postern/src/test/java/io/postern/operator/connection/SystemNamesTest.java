package io.postern.operator.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.spi.InetAddressResolverProvider;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

/** A library on the class path must not resolve the names of brokers and services. */
class SystemNamesTest {
  @Test
  void theSystemResolvesNames() {
    assertThat(
            ServiceLoader.load(
                    InetAddressResolverProvider.class, ClassLoader.getSystemClassLoader())
                .findFirst())
        .containsInstanceOf(SystemNames.class);
  }
}
