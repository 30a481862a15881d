package io.postern.ingress;

import io.postern.log.LogSpace;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Locale;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready: listening, topics verified, a directory in force. A log that is closed to new mail for
 * want of space is told and changes nothing: no other replica would fare better.
 */
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
    String notInForce = ingress.directoryNotInForce();
    HealthCheckResponseBuilder answer =
        HealthCheckResponse.named("ingress")
            .withData("listening", listening)
            .withData("topics-verified", topics)
            .withData("directory-current", notInForce.isEmpty());
    if (!notInForce.isEmpty()) {
      answer.withData("directory", notInForce);
    }
    LogSpace.Reading space = ingress.logSpace();
    if (space != null) {
      answer
          .withData("log-space", space.state().name().toLowerCase(Locale.ROOT))
          .withData("log-space-free-bytes", space.freeBytes());
      if (!space.unknown().isEmpty()) {
        answer.withData("log-space-not-known", space.unknown());
      }
    }
    return answer.status(listening && topics && notInForce.isEmpty()).build();
  }
}
