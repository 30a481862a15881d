package io.postern.ingress;

import io.micrometer.core.instrument.MeterRegistry;
import io.postern.log.LogSettings;
import io.postern.log.directory.AnchorSets;
import io.postern.log.directory.DirectoryReader;
import io.postern.rules.Directory;
import io.postern.service.LogParts;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** The directory with the lists of recipients, to be started when the topics are verified. */
@Singleton
class DirectoryParts {
  @Produces
  @Singleton
  DirectoryReader<Directory> directory(LogSettings settings, MeterRegistry registry) {
    return LogParts.directoryWithRecipients(settings, AnchorSets.VERSIONS, registry);
  }

  void close(@Disposes DirectoryReader<Directory> directory) {
    directory.close();
  }
}
