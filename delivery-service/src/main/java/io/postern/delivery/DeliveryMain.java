package io.postern.delivery;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import jakarta.inject.Inject;
import org.jboss.logging.Logger;

/**
 * The service's process. What is configured wrongly ends it at once with one sentence and exit code
 * 1.
 */
@QuarkusMain
public class DeliveryMain implements QuarkusApplication {
  private static final Logger LOG = Logger.getLogger(DeliveryMain.class);

  private final DeliveryService service;

  @Inject
  public DeliveryMain(DeliveryService service) {
    this.service = service;
  }

  public static void main(String... args) {
    Quarkus.run(DeliveryMain.class, args);
  }

  @Override
  public int run(String... args) {
    try {
      service.start();
    } catch (ConfigurationProblem problem) {
      LOG.error(problem.getMessage());
      return 1;
    }
    Quarkus.waitForExit();
    return service.broken() ? 1 : 0;
  }
}
