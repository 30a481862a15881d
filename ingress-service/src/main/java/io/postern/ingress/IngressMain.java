package io.postern.ingress;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import jakarta.inject.Inject;
import org.jboss.logging.Logger;

/**
 * The service's process: starts {@link Ingress}, waits for the end, and stops it. What is
 * configured wrongly ends it at once with one sentence and exit code 1.
 */
@QuarkusMain
public class IngressMain implements QuarkusApplication {
  private static final Logger LOG = Logger.getLogger(IngressMain.class);

  private final Ingress ingress;

  @Inject
  public IngressMain(Ingress ingress) {
    this.ingress = ingress;
  }

  public static void main(String... args) {
    Quarkus.run(IngressMain.class, args);
  }

  @Override
  public int run(String... args) {
    try {
      ingress.start();
    } catch (ConfigurationProblem problem) {
      LOG.error(problem.getMessage());
      return 1;
    }
    Quarkus.waitForExit();
    return ingress.broken() ? 1 : 0;
  }
}
