package io.postern.certificate.mtasts;

import io.postern.lab.LabCa;
import io.postern.lab.LabProxy;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A world in which policies are published: a proxy by which the service fetches, and a root. */
public class PolicyWorld implements QuarkusTestResourceLifecycleManager {
  /** A field that gets the world's part. */
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.FIELD)
  public @interface Given {}

  private final LabProxy proxy = LabProxy.start();
  private final LabCa ca = LabCa.create("Of policy hosts");

  @Override
  public Map<String, String> start() {
    try {
      Path folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "policies");
      ca.writeRoot(folder.resolve("root.pem"));
      return Map.of(
          "postern.anchors.pem",
          folder.resolve("root.pem").toString(),
          "postern.revocation.http-proxy",
          proxy.address(),
          // A record that cannot be written is given up early, so that a test need not wait long.
          "mp.messaging.outgoing.records.delivery.timeout.ms",
          "2500",
          "mp.messaging.outgoing.records.request.timeout.ms",
          "2000");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void inject(TestInjector injector) {
    injector.injectIntoFields(
        proxy, new TestInjector.AnnotatedAndMatchesType(Given.class, LabProxy.class));
    injector.injectIntoFields(
        ca, new TestInjector.AnnotatedAndMatchesType(Given.class, LabCa.class));
  }

  @Override
  public void stop() {
    proxy.close();
  }
}
