package io.postern.service;

import io.postern.log.TrustedClock;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Ready: the log's topics are verified, and the service can do its work. */
@Readiness
@ApplicationScoped
public class ServiceReadiness implements HealthCheck {
  private final Service service;
  private final LogStart log;
  private final InstallationContract contract;

  ServiceReadiness(Service service, LogStart log, InstallationContract contract) {
    this.service = service;
    this.log = log;
    this.contract = contract;
  }

  @Override
  public HealthCheckResponse call() {
    boolean topics = log.topicsVerified();
    HealthCheckResponseBuilder answer =
        HealthCheckResponse.named(service.name()).withData("topics-verified", topics);
    String clock = TrustedClock.ofTheMachine().problem();
    if (clock != null) {
      answer.withData("clock", clock);
    }
    String level = contract.problem();
    if (!level.isEmpty()) {
      answer.withData("contract-level", level);
    }
    boolean ready = service.ready(answer);
    return answer.status(topics && level.isEmpty() && ready).build();
  }
}
