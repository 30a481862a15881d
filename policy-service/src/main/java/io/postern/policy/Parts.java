package io.postern.policy;

import io.postern.log.DirectoryReader;
import io.postern.log.LogSettings;
import io.postern.policy.directory.DirectoryCommands;
import io.postern.rules.Directory;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.HashSet;
import java.util.Set;
import org.eclipse.microprofile.config.Config;

/** What several packages share, made once. None of it connects before it is asked to. */
@Singleton
class Parts {
  // Names that come from the environment (KAFKA_BOOTSTRAP_SERVERS) cannot be told from their
  // spelling there, so the usual ones are asked for.
  private static final Set<String> USUAL =
      Set.of(
          "kafka.bootstrap.servers",
          "kafka.security.protocol",
          "kafka.ssl.keystore.location",
          "kafka.ssl.keystore.password",
          "kafka.ssl.keystore.type",
          "kafka.ssl.key.password",
          "kafka.ssl.truststore.location",
          "kafka.ssl.truststore.password",
          "kafka.ssl.truststore.type",
          "kafka.sasl.mechanism",
          "kafka.sasl.jaas.config");

  @Produces
  @Singleton
  LogSettings logSettings(Config config) {
    Set<String> keys = new HashSet<>(USUAL);
    config.getPropertyNames().forEach(keys::add);
    try {
      return LogSettings.of(keys, key -> config.getOptionalValue(key, String.class).orElse(null));
    } catch (IllegalArgumentException e) {
      // Without the cause: Quarkus then shows the sentence alone and exits with 1.
      throw new ConfigurationException(e.getMessage());
    }
  }

  @Produces
  @Singleton
  DirectoryReader<Directory> directoryReader(LogSettings settings) {
    return new DirectoryReader<>(settings, Directory::of);
  }

  @Produces
  @Singleton
  DirectoryCommands directoryCommands(LogSettings settings) {
    return new DirectoryCommands(settings);
  }
}
