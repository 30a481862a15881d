package io.postern.policy.access;

import io.postern.api.audit.AccessAudit;
import io.postern.api.users.SigningKeys;
import io.postern.api.users.Users;
import io.postern.contracts.v1.AccessEvent;
import io.postern.contracts.v1.AccessEventKind;
import io.postern.log.OccasionalLog;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * What the files of users and keys need in time: each half second a look whether the credentials
 * file has another password, each minute whether the former key is over. Owns a thread.
 */
@Singleton
class AccessUpkeep {
  private static final long LOOK_MILLIS = 500;
  private static final long MINUTE_MILLIS = 60_000;

  private final Users users;
  private final SigningKeys keys;
  private final AccessAudit audit;
  private final OccasionalLog log = new OccasionalLog(AccessUpkeep.class);
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("access-upkeep").factory());

  AccessUpkeep(Users users, SigningKeys keys, AccessAudit audit) {
    this.users = users;
    this.keys = keys;
    this.audit = audit;
  }

  private interface Step {
    void run() throws IOException;
  }

  void begin(@Observes StartupEvent event) {
    each(LOOK_MILLIS, this::takeCredentials);
    each(MINUTE_MILLIS, keys::dropFormer);
  }

  void stop(@Observes ShutdownEvent event) {
    timer.shutdownNow();
  }

  private void each(long millis, Step step) {
    var unused =
        timer.scheduleWithFixedDelay(() -> run(step), millis, millis, TimeUnit.MILLISECONDS);
  }

  /** A failure would end the timer. */
  private void run(Step step) {
    try {
      step.run();
    } catch (IOException | RuntimeException e) {
      log.failed("the files of users and keys cannot be looked at, trying again", e);
    }
  }

  private void takeCredentials() throws IOException {
    users
        .takeCredentials()
        .ifPresent(
            user ->
                audit.record(
                    AccessEvent.newBuilder()
                        .setKind(AccessEventKind.PASSWORD_CHANGED)
                        .setUser(user)
                        .setDetail("credentials file")));
  }
}
