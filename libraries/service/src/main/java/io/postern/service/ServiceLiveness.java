package io.postern.service;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/** Alive: a restart would not help. */
@Liveness
@ApplicationScoped
public class ServiceLiveness implements HealthCheck {
  private final Service service;

  ServiceLiveness(Service service) {
    this.service = service;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named(service.name()).status(service.alive()).build();
  }
}
