package io.postern.policy.access;

import io.postern.api.audit.AccessAudit;
import io.postern.api.users.SigningKeys;
import io.postern.api.users.Users;
import io.postern.contracts.v1.AccessEvent;
import io.postern.contracts.v1.AccessEventKind;
import io.postern.service.Every;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;

/**
 * What the files of users and keys need in time: each half second a look whether the credentials
 * file has another password, each minute whether the former key is over. Owns a thread.
 */
@Singleton
class AccessUpkeep {
  private static final Duration LOOK = Duration.ofMillis(500);
  private static final Duration FORMER = Duration.ofMinutes(1);

  private final Users users;
  private final SigningKeys keys;
  private final AccessAudit audit;
  private final Every every =
      new Every(
          AccessUpkeep.class,
          "access-upkeep",
          "the files of users and keys cannot be looked at, trying again");

  AccessUpkeep(Users users, SigningKeys keys, AccessAudit audit) {
    this.users = users;
    this.keys = keys;
    this.audit = audit;
  }

  void begin(@Observes StartupEvent event) {
    every.repeat(LOOK, this::takeCredentials);
    every.repeat(FORMER, keys::dropFormer);
  }

  void stop(@Observes ShutdownEvent event) {
    every.close();
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
