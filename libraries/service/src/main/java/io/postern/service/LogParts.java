package io.postern.service;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.Deployment;
import io.postern.log.LogSettings;
import io.postern.log.asking.LossySender;
import io.postern.log.directory.AnchorSets;
import io.postern.log.directory.DirectoryReader;
import io.postern.log.directory.SnapshotFactory;
import io.postern.rules.Directory;
import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.Config;

/** The log's parts that every service has. None of them connects before it is asked to. */
@Singleton
public class LogParts {
  @Produces
  @Singleton
  LogSettings settings(Config config) {
    return CheckedSettings.checked(
        () ->
            LogSettings.of(
                config.getPropertyNames(),
                key -> config.getOptionalValue(key, String.class).orElse(null)));
  }

  @Produces
  @Singleton
  Deployment deployment(LogDeployment log) {
    return CheckedSettings.checked(() -> Deployment.of(log.deployment(), log.partitions()));
  }

  /**
   * To be started when the topics are verified. A service that decides about recipients has one of
   * its own, {@link #directoryWithRecipients}.
   */
  @Produces
  @Singleton
  @DefaultBean
  DirectoryReader<Directory> directory(LogSettings settings, MeterRegistry registry) {
    return measured(
        new DirectoryReader<>(settings, Directory::next, AnchorSets.VERSIONS, null), registry);
  }

  /** Of all questions and answers of the process. */
  @Produces
  @Singleton
  LossySender sender(LogSettings settings) {
    return new LossySender(settings);
  }

  void close(@Disposes LossySender sender) {
    sender.close();
  }

  void close(@Disposes DirectoryReader<Directory> directory) {
    directory.close();
  }

  /** A reader that holds the directory whole, in a form of its own, with its metric. */
  public static <D> DirectoryReader<D> directory(
      LogSettings settings, SnapshotFactory<D> factory, MeterRegistry registry) {
    return measured(new DirectoryReader<>(settings, factory, AnchorSets.WHOLE, null), registry);
  }

  /** A reader of the directory with the lists of its domains' recipients, with its metrics. */
  public static DirectoryReader<Directory> directoryWithRecipients(
      LogSettings settings, AnchorSets anchorSets, MeterRegistry registry) {
    DirectoryReader<Directory> reader = RecipientsInDirectory.reader(settings, anchorSets);
    Gauge.builder(
            "postern.directory.recipients",
            reader,
            r -> r.current().map(directory -> directory.recipientLists().size()).orElse(-1L))
        .description(
            "Addresses in the lists of recipients that this replica has read; -1: not read")
        .strongReference(true)
        .register(registry);
    return measured(reader, registry);
  }

  private static <D> DirectoryReader<D> measured(
      DirectoryReader<D> reader, MeterRegistry registry) {
    Gauge.builder("postern.directory.version", reader, DirectoryReader::version)
        .description("Version of the directory that this replica has read; -1: empty or not read")
        .strongReference(true)
        .register(registry);
    return reader;
  }
}
