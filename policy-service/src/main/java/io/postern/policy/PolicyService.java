package io.postern.policy;

import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.Deployment;
import io.postern.log.LogSettings;
import io.postern.log.directory.DirectoryReader;
import io.postern.policy.decider.Decider;
import io.postern.policy.decider.DeciderMetrics;
import io.postern.policy.directory.DirectoryOwner;
import io.postern.policy.notices.NoticeSettings;
import io.postern.policy.notices.NoticeWriter;
import io.postern.policy.scheduler.Scheduler;
import io.postern.policy.scheduler.SchedulerMetrics;
import io.postern.policy.scheduler.SchedulerSettings;
import io.postern.policy.tlsrpt.ReportSettings;
import io.postern.policy.tlsrpt.Reporter;
import io.postern.rules.Directory;
import io.postern.rules.checks.Quotas;
import io.postern.service.CheckedSettings;
import io.postern.service.LogStart;
import io.postern.service.SenderRewritingSettings;
import io.postern.service.Service;
import io.postern.service.TopicsVerified;
import io.postern.smtp.srs.RewritingSecrets;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.jboss.logging.Logger;

/**
 * The service: its workers, from start to stop.
 *
 * <p>Ready: the directory is read to its end, the consumers have joined and the scheduler is at
 * work; with partitions or without, since another replica may own them. None of them waits for
 * another: new mail is decided while the schedule is restored (G7). Alive unless a worker's thread
 * has died; an outage of the log is no reason to restart.
 */
@Singleton
public class PolicyService implements Service {
  private static final Logger LOG = Logger.getLogger(PolicyService.class);

  private final DirectoryReader<Directory> reader;
  private final Worker owner;
  private final RewritingSecrets secrets;
  private final Worker decider;
  private final Scheduler scheduler;
  private final Worker notices;
  private final Optional<Worker> reporter;
  private volatile int homePartitions = 1;
  private volatile boolean started;
  private volatile boolean stopping;

  PolicyService(
      LogSettings settings,
      Quotas quotas,
      QuotaSettings quotaSettings,
      Deployment deployment,
      SchedulerSettings schedule,
      NoticeSettings notices,
      ReportSettings reports,
      SenderRewritingSettings rewriting,
      DirectoryReader<Directory> reader,
      MeterRegistry registry) {
    this.reader = reader;
    owner =
        DirectoryOwner.worker(
            settings,
            reader,
            quotas,
            CheckedSettings.checked(quotaSettings::rates),
            accepted ->
                registry
                    .counter(
                        "postern.directory.commands", "result", accepted ? "accepted" : "rejected")
                    .increment());
    secrets = new RewritingSecrets(rewriting.file());
    decider = Decider.worker(settings, reader, secrets, new DeciderMetrics(registry));
    scheduler =
        CheckedSettings.checked(
            () ->
                new Scheduler(
                    settings,
                    deployment,
                    schedule.stateFolder(),
                    schedule.times(),
                    new SchedulerMetrics(registry),
                    LogStart::end));
    this.notices = NoticeWriter.worker(settings, notices, registry, reader);
    reporter = Reporter.worker(settings, () -> homePartitions, reports, reader::current, registry);
  }

  void begin(@Observes TopicsVerified topics) {
    homePartitions = topics.homePartitions();
    if (!secrets.problem().isEmpty()) {
      LOG.warnf("Mail whose sender must be rewritten is delayed: %s", secrets.problem());
    }
    reader.start();
    owner.start();
    decider.start();
    scheduler.start();
    notices.start();
    reporter.ifPresent(Worker::start);
    started = true;
  }

  void stop(@Observes ShutdownEvent event) {
    stopping = true;
    scheduler.close();
    reporter.ifPresent(Worker::close);
    notices.close();
    decider.close();
    owner.close();
  }

  @Override
  public String name() {
    return "policy";
  }

  @Override
  public boolean waitsForGrowth() {
    return true;
  }

  @Override
  public boolean ready(HealthCheckResponseBuilder answer) {
    String missing = missing();
    answer.withData("state", missing.isEmpty() ? "ready" : missing);
    String notInForce = reader.notInForce();
    if (missing.isEmpty() && !notInForce.isEmpty()) {
      answer.withData(
          "note", "queued mail is not decided, the directory is not in force: " + notInForce);
    }
    return missing.isEmpty();
  }

  private String missing() {
    if (!started) {
      return "waiting for Kafka";
    }
    if (reader.current().isEmpty()) {
      return "reading the directory: " + reader.notInForce();
    }
    if (!owner.joined()
        || !decider.joined()
        || !notices.joined()
        || !reporter.map(Worker::joined).orElse(true)) {
      return "joining the consumer groups";
    }
    return scheduler.ready() ? "" : "restoring the schedule";
  }

  @Override
  public boolean alive() {
    return !started || stopping || scheduler.alive();
  }
}
