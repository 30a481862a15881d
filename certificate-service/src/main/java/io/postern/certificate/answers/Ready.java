package io.postern.certificate.answers;

import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready: topics as declared, directory read to its end, a share of the questions assigned. */
@Readiness
@ApplicationScoped
public class Ready implements HealthCheck {
  private final LogLink log;
  private final Assignment assignment;

  Ready(LogLink log, @Identifier("requests-assignment") Assignment assignment) {
    this.log = log;
    this.assignment = assignment;
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
        .status(topics && directory && assigned)
        .build();
  }
}
