package io.postern.stack;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/**
 * The services, in the order in which a stack starts them (any order works: G7). Mail goes its way
 * by four; the fifth shows it, and may always be away.
 */
public enum Service {
  CERTIFICATE("certificate-service"),
  POLICY("policy-service"),
  DELIVERY("delivery-service"),
  INGRESS("ingress-service"),
  CONSOLE("console-service");

  /** By which mail goes its way. */
  public static final Set<Service> OF_MAIL = EnumSet.range(CERTIFICATE, INGRESS);

  private final String module;

  Service(String module) {
    this.module = module;
  }

  /** A clear message where there is no such module. */
  public static Service named(String module) {
    for (Service service : values()) {
      if (service.module.equals(module)) {
        return service;
      }
    }
    throw new IllegalArgumentException(
        "no service "
            + module
            + "; services are "
            + Arrays.stream(values()).map(Service::module).toList());
  }

  public String module() {
    return module;
  }

  /** Others have health and metrics alone. */
  public boolean hasApi() {
    return this == POLICY || this == CERTIFICATE || this == CONSOLE;
  }

  /** Where its AOT cache is, beside its jars. */
  public Path cacheFolder(Path home) {
    return home.resolve(module).resolve("target/aot");
  }

  /** The packaged application below the project's root; a clear message where it is not built. */
  Path jar(Path home) {
    Path jar = home.resolve(module).resolve("target/quarkus-app/quarkus-run.jar");
    if (!Files.exists(jar)) {
      throw new IllegalStateException(
          module + " is not built: " + jar + " is missing; run `make build`");
    }
    return jar;
  }
}
