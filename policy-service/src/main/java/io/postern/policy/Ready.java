package io.postern.policy;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready when the directory is read to its end, the three consumers have joined and the scheduler is
 * at work; with partitions or without, since another replica may own them.
 */
@Readiness
@ApplicationScoped
class Ready implements HealthCheck {
  private final PolicyService service;

  Ready(PolicyService service) {
    this.service = service;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("policy")
        .status(service.ready())
        .withData("state", service.state())
        .build();
  }
}
