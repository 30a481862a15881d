package io.postern.ingress;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready: listening, topics verified, directory read to its end and its reader not silent. */
@Readiness
@ApplicationScoped
public class ReadinessOfIngress implements HealthCheck {
  private final Ingress ingress;

  @Inject
  public ReadinessOfIngress(Ingress ingress) {
    this.ingress = ingress;
  }

  @Override
  public HealthCheckResponse call() {
    boolean listening = ingress.listening();
    boolean topics = ingress.topicsVerified();
    boolean directory = ingress.directoryCurrent();
    return HealthCheckResponse.named("ingress")
        .withData("listening", listening)
        .withData("topics-verified", topics)
        .withData("directory-current", directory)
        .status(listening && topics && directory)
        .build();
  }
}
