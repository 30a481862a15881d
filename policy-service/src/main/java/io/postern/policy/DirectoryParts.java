package io.postern.policy;

import io.micrometer.core.instrument.MeterRegistry;
import io.postern.log.LogSettings;
import io.postern.log.directory.AnchorSets;
import io.postern.log.directory.DirectoryReader;
import io.postern.policy.directory.ChangeRates;
import io.postern.rules.Directory;
import io.postern.rules.checks.Quotas;
import io.postern.service.CheckedSettings;
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
    return LogParts.directoryWithRecipients(settings, AnchorSets.WHOLE, registry);
  }

  @Produces
  @Singleton
  Quotas quotas(QuotaSettings settings) {
    return CheckedSettings.checked(settings::quotas);
  }

  /** Of this replica's API; the owner has levels of its own. */
  @Produces
  @Singleton
  ChangeRates rates(QuotaSettings settings) {
    return CheckedSettings.checked(settings::rates);
  }

  void close(@Disposes DirectoryReader<Directory> directory) {
    directory.close();
  }
}
