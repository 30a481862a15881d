package io.postern.certificate.answers;

import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.InstantSource;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready: topics as declared, directory read to its end, a share of the questions assigned. */
@Readiness
@ApplicationScoped
public class Ready implements HealthCheck {
  private final LogLink log;
  private final Assignment assignment;
  private final LogClock logClock;
  private final InstantSource clock;

  Ready(
      LogLink log,
      @Identifier("requests-assignment") Assignment assignment,
      LogClock logClock,
      InstantSource clock) {
    this.log = log;
    this.assignment = assignment;
    this.logClock = logClock;
    this.clock = clock;
  }

  @Override
  public HealthCheckResponse call() {
    boolean topics = log.topicsReady();
    boolean directory = log.directoryRead();
    boolean assigned = assignment.assigned();
    return HealthCheckResponse.named("judging")
        .withData("topics", topics)
        .withData("directory", directory)
        .withData("assigned", assigned)
        .withData("log clock ahead by ms", logClock.millis() - clock.millis())
        .status(topics && directory && assigned)
        .build();
  }
}
