package io.postern.delivery;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/** Alive: the threads of reader and keeper are there and turn, whether the log is there or not. */
@Liveness
@ApplicationScoped
public class LivenessOfDelivery implements HealthCheck {
  private final DeliveryService service;

  @Inject
  public LivenessOfDelivery(DeliveryService service) {
    this.service = service;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("delivery").status(service.alive()).build();
  }
}
