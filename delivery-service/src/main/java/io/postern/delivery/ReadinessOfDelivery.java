package io.postern.delivery;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready: member of the group, directory read to its end and its reader not silent, outcomes can be
 * committed. A replica beyond the number of partitions owns none and is ready all the same.
 */
@Readiness
@ApplicationScoped
public class ReadinessOfDelivery implements HealthCheck {
  private final DeliveryService service;

  @Inject
  public ReadinessOfDelivery(DeliveryService service) {
    this.service = service;
  }

  @Override
  public HealthCheckResponse call() {
    int partitions = service.partitions();
    boolean directory = service.directoryCurrent();
    boolean committing = service.committing();
    return HealthCheckResponse.named("delivery")
        .withData("topics-verified", service.topicsVerified())
        .withData("directory-current", directory)
        .withData("partitions", partitions)
        .withData("outcomes-can-be-committed", committing)
        .status(partitions >= 0 && directory && committing)
        .build();
  }
}
