package io.postern.ingress;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/** Alive as long as it answers: a log or directory that is away is no reason for a restart. */
@Liveness
@ApplicationScoped
public class LivenessOfIngress implements HealthCheck {
  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.up("ingress");
  }
}
