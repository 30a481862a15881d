package io.postern.policy;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/** Alive unless a worker's thread has died; an outage of the log is no reason to restart. */
@Liveness
@ApplicationScoped
class Live implements HealthCheck {
  private final PolicyService service;

  Live(PolicyService service) {
    this.service = service;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("policy").status(service.alive()).build();
  }
}
