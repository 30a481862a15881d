package io.postern.stack;

import io.postern.lab.KafkaBroker;
import io.postern.stack.process.ManagedProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A broker and the four services as processes of this one, on loopback, with the data of an earlier
 * start where there is some. Whatever ends this process ends them too.
 *
 * <p>Failure: {@link #awaitReady} says which service is not ready and where its log is; a service
 * that dies is started again (see {@link ManagedProcess}).
 */
public final class LocalStack implements AutoCloseable {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

  private final StackOptions options;
  private final Consumer<String> say;
  private final KafkaBroker broker;
  private final int smtpPort;
  private final Map<Service, Integer> httpPorts = new EnumMap<>(Service.class);
  private final Map<Service, ManagedProcess> services = new EnumMap<>(Service.class);

  private LocalStack(StackOptions options, KafkaBroker broker, int smtpPort, Consumer<String> say) {
    this.options = options;
    this.broker = broker;
    this.smtpPort = smtpPort;
    this.say = say;
  }

  /** Starts broker and services and returns at once after; see {@link #awaitReady}. */
  public static LocalStack start(StackOptions options, Consumer<String> say) throws Exception {
    int smtpPort =
        options.smtpPort() != 0 ? options.smtpPort() : options.state().port("smtp", 2525);
    if (!StateFolder.isFree(smtpPort)) {
      throw new IllegalStateException(
          "port " + smtpPort + " is taken: choose another one with --smtp-port");
    }
    KafkaBroker broker = KafkaBroker.start(options.state().broker(), options.broker());
    LocalStack stack = new LocalStack(options, broker, smtpPort, say);
    try {
      for (Service service : Service.values()) {
        stack.startService(service);
      }
      stack.remember();
      return stack;
    } catch (RuntimeException e) {
      stack.close();
      throw e;
    }
  }

  private void startService(Service service) {
    httpPorts.put(service, options.state().port(service.module() + "-http"));
    ManagedProcess process =
        new ManagedProcess(
            service.module(),
            command(service),
            options.state().logs().resolve(service.module() + ".log"),
            say);
    services.put(service, process);
    process.start();
  }

  private List<String> command(Service service) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options.jvmFlags());
    settings(service).forEach((key, value) -> command.add("-D" + key + "=" + value));
    command.add("-cp");
    command.add(WrapperJar.path() + java.io.File.pathSeparator + service.jar(options.home()));
    command.add("io.postern.lab.EndWithParent");
    command.add("io.quarkus.bootstrap.runner.QuarkusEntryPoint");
    return command;
  }

  private Map<String, String> settings(Service service) {
    Map<String, String> settings = new HashMap<>();
    settings.put("kafka.bootstrap.servers", broker.bootstrap());
    settings.put("quarkus.http.host", "127.0.0.1");
    settings.put("quarkus.http.port", Integer.toString(port(service)));
    settings.put("postern.log.deployment", "single-node");
    switch (service) {
      case INGRESS -> {
        settings.put("postern.ingress.host", "127.0.0.1");
        settings.put("postern.ingress.port", Integer.toString(smtpPort));
        settings.put("postern.ingress.host-name", "gate.contoso.example");
        settings.put("postern.tls.certificate", options.tlsCertificate().toString());
        settings.put("postern.tls.key", options.tlsKey().toString());
      }
      case POLICY ->
          settings.put("postern.api.credentials-file", options.state().credentials().toString());
      case CERTIFICATE -> {
        settings.put(
            "postern.anchors.pem",
            String.join(",", options.anchors().stream().map(Path::toString).toList()));
        settings.put(
            "postern.revocation.allow-private-targets",
            Boolean.toString(options.allowPrivateRevocationTargets()));
        settings.put(
            "postern.revocation.cache-folder", options.state().revocationCache().toString());
      }
      case DELIVERY -> {
        settings.put("postern.dns.servers", options.dnsServer());
        settings.put("postern.delivery.mx-port", Integer.toString(options.mxPort()));
        settings.put("postern.delivery.host-name", "gate.contoso.example");
        settings.put(
            "postern.delivery.client-certificates-folder", options.clientCertificates().toString());
      }
    }
    settings.putAll(options.settings().getOrDefault(service, Map.of()));
    settings.values().removeIf(String::isEmpty);
    return settings;
  }

  private int port(Service service) {
    return java.util.Objects.requireNonNull(httpPorts.get(service));
  }

  /** What other commands need to find this stack: see {@link RunningStack}. */
  private void remember() {
    Properties running = new Properties();
    running.setProperty("pid", Long.toString(ProcessHandle.current().pid()));
    running.setProperty(
        "started", ProcessHandle.current().info().startInstant().map(Object::toString).orElse(""));
    running.setProperty("bootstrap", broker.bootstrap());
    running.setProperty("smtp", Integer.toString(smtpPort));
    httpPorts.forEach(
        (service, port) -> running.setProperty(service.module(), Integer.toString(port)));
    StateFolder.save(options.state().runningFile(), running);
  }

  /**
   * Waits until each service can do its work; throws an exception that names the one that cannot,
   * and its log.
   */
  public void awaitReady(Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    for (Service service : Service.values()) {
      while (!ready(port(service))) {
        if (System.nanoTime() - end > 0) {
          throw new IllegalStateException(
              service.module()
                  + " is not ready after "
                  + limit.toSeconds()
                  + " s; its log is "
                  + process(service).log());
        }
        TimeUnit.MILLISECONDS.sleep(100);
      }
    }
  }

  /** Asks a service's readiness at its health address. */
  public static boolean ready(int httpPort) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort + "/q/health/ready"))
            .timeout(Duration.ofSeconds(3))
            .build();
    try {
      return HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      // Not listening yet, or gone: not ready either way.
      return false;
    }
  }

  public KafkaBroker broker() {
    return broker;
  }

  public int smtpPort() {
    return smtpPort;
  }

  public int httpPort(Service service) {
    return port(service);
  }

  public ManagedProcess process(Service service) {
    return java.util.Objects.requireNonNull(services.get(service));
  }

  /** Ends the services, the one that accepts first, then the broker. */
  @Override
  public void close() throws Exception {
    List<Thread> ending = new ArrayList<>();
    for (ManagedProcess service : services.values()) {
      ending.add(Thread.ofVirtual().start(service::close));
    }
    for (Thread thread : ending) {
      thread.join();
    }
    broker.close();
    Files.deleteIfExists(options.state().runningFile());
  }
}
