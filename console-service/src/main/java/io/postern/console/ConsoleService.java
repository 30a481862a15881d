package io.postern.console;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.console.fold.LogFold;
import io.postern.console.store.Database;
import io.postern.log.LogSettings;
import io.postern.service.CheckedSettings;
import io.postern.service.Service;
import io.postern.service.TopicsVerified;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.flywaydb.core.Flyway;

/**
 * The service: the fold of the log into the read model, from start to stop.
 *
 * <p>Ready: database and log answer; this replica folds, or waits while another does. One of them
 * away is waited for, for ever. Nothing else in Postern needs this service (G7).
 */
@Singleton
public class ConsoleService implements Service {
  private final LogFold fold;
  private volatile boolean started;

  ConsoleService(
      LogSettings log,
      ConsoleSettings settings,
      Flyway flyway,
      MeterRegistry registry,
      @ConfigProperty(name = "quarkus.datasource.jdbc.url") String url,
      @ConfigProperty(name = "quarkus.datasource.username", defaultValue = "postgres") String user,
      @ConfigProperty(name = "quarkus.datasource.password", defaultValue = "postgres")
          String password) {
    CheckedSettings.between("postern.console.retention-days", settings.retentionDays(), 1, 400);
    CheckedSettings.atLeast("postern.console.most-a-day", settings.mostADay(), 1);
    CheckedSettings.between(
        "postern.console.idle-timeout",
        Math.toIntExact(settings.idleTimeout().toMinutes()),
        1,
        12 * 60);
    Database.wrong(url)
        .ifPresent(
            sentence -> {
              throw new ConfigurationException(sentence);
            });
    Database database = new Database(flyway, url, user, password, settings.searchUser());
    fold = new LogFold(log, new LogFold.Link(url, user, password), settings, database::migrate);
    Gauge.builder("postern.console.writer", fold, f -> f.writing() ? 1 : 0)
        .description("1: this replica writes the read model; 0: another one does, or none")
        .register(registry);
    Gauge.builder("postern.console.lag", fold, LogFold::lag)
        .description("Records in Kafka that are not in the read model yet; -1: unknown here")
        .register(registry);
    FunctionCounter.builder("postern.console.folded", fold, LogFold::folded)
        .description("Records that this replica processed")
        .register(registry);
    Gauge.builder("postern.console.unreadable", fold, LogFold::unreadable)
        .description("Records skipped because they do not belong to their topic")
        .register(registry);
  }

  void begin(@Observes TopicsVerified topics) {
    fold.start();
    started = true;
  }

  void stop(@Observes ShutdownEvent event) {
    fold.close();
  }

  @Override
  public String name() {
    return "console";
  }

  @Override
  public boolean ready(HealthCheckResponseBuilder answer) {
    boolean ready = started && fold.ready();
    answer.withData("read-model", ready).withData("writer", fold.writing());
    return ready;
  }
}
