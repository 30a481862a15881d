package io.postern.service;

import io.postern.log.reading.ConsumerThread;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;

/** Alive: a restart would not help. Each reader of the log counts, whoever owns it. */
@Liveness
@ApplicationScoped
public class ServiceLiveness implements HealthCheck {
  private final Service service;

  ServiceLiveness(Service service) {
    this.service = service;
  }

  @Override
  public HealthCheckResponse call() {
    List<String> fallen = ConsumerThread.fallen();
    HealthCheckResponseBuilder answer = HealthCheckResponse.named(service.name());
    if (!fallen.isEmpty()) {
      answer.withData("ended", String.join(", ", fallen));
    }
    return answer.status(service.alive() && fallen.isEmpty()).build();
  }
}
