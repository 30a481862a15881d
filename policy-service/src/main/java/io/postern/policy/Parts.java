package io.postern.policy;

import io.postern.log.DirectoryReader;
import io.postern.log.LogSettings;
import io.postern.policy.directory.DirectoryCommands;
import io.postern.rules.Directory;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.Config;

/** What several packages share, made once. None of it connects before it is asked to. */
@Singleton
class Parts {
  @Produces
  @Singleton
  LogSettings logSettings(Config config) {
    try {
      return LogSettings.of(
          config.getPropertyNames(),
          key -> config.getOptionalValue(key, String.class).orElse(null));
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
