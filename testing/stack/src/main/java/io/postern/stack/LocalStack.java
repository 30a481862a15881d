package io.postern.stack;

import io.postern.log.LogSettings;
import io.postern.operator.api.Health;
import io.postern.operator.api.ServiceApi;
import io.postern.operator.connection.Launcher;
import io.postern.programs.AotCache;
import io.postern.programs.Brokers;
import io.postern.programs.Counts;
import io.postern.programs.EndWithParent;
import io.postern.programs.FreePorts;
import io.postern.programs.JavaProgram;
import io.postern.programs.PostgresServer;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brokers and the services as processes of this one, on loopback, with the data of an earlier start
 * where there is some. Of each service one or several replicas run, each with ports, log and
 * folders of its own. Whatever ends this process ends them too.
 *
 * <p>Failure: {@link #awaitReady} says which service is not ready and where its log is; a service
 * that dies is started again (see {@link ManagedProcess}).
 */
public final class LocalStack implements AutoCloseable {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

  /** People start the one that runs elsewhere. */
  private static final Duration ELSEWHERE_LIMIT = Duration.ofHours(1);

  private static final String MAIN = "io.quarkus.bootstrap.runner.AotQuarkusEntryPoint";
  private static final String DIRECTORY_VERSION = "postern_directory_version";

  private final StackOptions options;
  private final Consumer<String> say;
  private final Brokers brokers;
  private final int smtpPort;
  private final List<Replica> replicas = new CopyOnWriteArrayList<>();
  private @Nullable PostgresServer postgres;

  private LocalStack(StackOptions options, Brokers brokers, int smtpPort, Consumer<String> say) {
    this.options = options;
    this.brokers = brokers;
    this.smtpPort = smtpPort;
    this.say = say;
  }

  /**
   * Starts brokers and services and returns when the brokers are ready; see {@link #awaitReady}.
   */
  public static LocalStack start(StackOptions options, Consumer<String> say) throws Exception {
    LocalStack stack = start(options, beginBrokers(options.state(), options.processes()), say);
    try {
      stack.startConsole(Map.of());
      return stack;
    } catch (Exception e) {
      stack.close();
      throw e;
    }
  }

  /** Begins to start the brokers, as many as the stack has. */
  public static Brokers beginBrokers(StateFolder state, Processes processes) {
    return Brokers.begin(state.broker(), processes.broker(), processes.hosts());
  }

  /**
   * The services of mail with brokers that have begun to start, without the console: see {@link
   * #startConsole}. They start beside the brokers, and wait for them (G7).
   *
   * @param brokers closed with the stack, and where this fails
   */
  public static LocalStack start(StackOptions options, Brokers brokers, Consumer<String> say)
      throws Exception {
    try {
      return startServices(options, brokers, say);
    } catch (Exception e) {
      brokers.close();
      throw e;
    }
  }

  private static LocalStack startServices(
      StackOptions options, Brokers brokers, Consumer<String> say) throws Exception {
    int smtpPort =
        options.smtpPort() != 0 ? options.smtpPort() : options.state().port("smtp", 2525);
    if (!FreePorts.isFree(smtpPort)) {
      throw new IllegalStateException(
          "port " + smtpPort + " is in use: choose another one with --smtp-port");
    }
    LocalStack stack = new LocalStack(options, brokers, smtpPort, say);
    try {
      Counts.add("stack");
      for (Service service : Service.OF_MAIL) {
        stack.startReplicas(service);
      }
      brokers.awaitReady();
      stack.remember(Map.of());
      return stack;
    } catch (RuntimeException e) {
      stack.close();
      throw e;
    }
  }

  /**
   * Starts the console's replicas with their PostgreSQL, where the stack has any: mail does not
   * wait for them, so whoever starts a stack may start them last.
   *
   * @param variables as of {@link #remember}
   */
  public void startConsole(Map<String, String> variables) throws IOException {
    if (options.processes().count(Service.CONSOLE) == 0) {
      return;
    }
    startPostgres();
    startReplicas(Service.CONSOLE);
    remember(variables);
  }

  private void startReplicas(Service service) {
    for (int number = 1; number <= options.processes().count(service); number++) {
      startReplica(service, number);
    }
  }

  /** Starts one more of a service, as an operator does who wants more of them. */
  public synchronized Replica add(Service service) {
    startReplica(service, replicas(service).size() + 1);
    return replicas(service).getLast();
  }

  /** Ends the last of a service in order; whoever asks for replicas is not told of it any more. */
  public synchronized void removeLast(Service service) throws IOException, InterruptedException {
    Replica last = replicas(service).getLast();
    replicas.remove(last);
    last.process().restartByItself(false);
    last.process().stop();
  }

  /** A machine that has none has a console that waits for one. */
  private void startPostgres() throws IOException {
    if (!PostgresServer.canRun()) {
      say.accept(
          "the console has no PostgreSQL: none is available for this machine, or for its "
              + "root user");
      return;
    }
    PostgresServer server =
        PostgresServer.begin(options.state().postgres(), options.state().port("postgres"));
    postgres = server;
    Properties database = new Properties();
    database.setProperty("quarkus.datasource.jdbc.url", server.jdbcUrl());
    database.setProperty("quarkus.datasource.username", server.user());
    database.setProperty("quarkus.datasource.password", server.password());
    database.setProperty("postern.console.search-user", server.reader());
    database.setProperty("postern.console.search-password", server.password());
    // In a file, since every user of the machine sees a command line.
    StateFolder.saveSecret(databaseFile(), database);
  }

  private Path databaseFile() {
    return options.state().postgres().resolve("console.properties");
  }

  private void startReplica(Service service, int number) {
    String name = Replica.name(service, number);
    int api = service.hasApi() ? options.state().port(name + "-http") : 0;
    int management = options.state().port(name + "-management");
    int smtp = 0;
    if (service == Service.INGRESS) {
      smtp = number == 1 ? smtpPort : options.state().port("smtp-" + number);
    }
    Map<String, String> settings = settings(service, number, api, management, smtp);
    AtomicInteger starts = new AtomicInteger(number - 1);
    ManagedProcess process =
        new ManagedProcess(
            name,
            () -> {
              List<String> command = new ArrayList<>(options.processes().enter().apply(name));
              command.addAll(command(home(starts.getAndIncrement()), service, settings));
              return command;
            },
            options.state().logs().resolve(name + ".log"),
            say);
    boolean elsewhere = number == 1 && options.processes().elsewhere().contains(service);
    replicas.add(new Replica(service, number, api, management, smtp, elsewhere, process));
    if (elsewhere) {
      Path file = DevOptions.file(options.home(), service);
      DevOptions.write(file, settings);
      say.accept(
          "%s is not started: make dev SERVICE=%1$s runs it, with the settings in %s"
              .formatted(service.module(), file));
    } else {
      process.start();
    }
  }

  /** The version's that is due. */
  private Path home(int start) {
    Path former = options.processes().former();
    return former == null || start % 2 == 0 ? options.home() : former;
  }

  /** With the AOT cache where there is one by now. */
  private List<String> command(Path home, Service service, Map<String, String> settings) {
    JavaProgram program = program(home, options.processes(), service);
    List<String> properties =
        settings.entrySet().stream()
            .map(each -> "-D" + each.getKey() + "=" + each.getValue())
            .toList();
    return AotCache.of(program, service.cacheFolder(home))
        .map(AotCache::use)
        .orElse(program)
        .with(properties)
        .command();
  }

  /** A service's program, but for the settings of a replica. */
  public static JavaProgram program(Path home, Processes processes, Service service) {
    Path jar = service.jar(home);
    return processes.wrapped()
        ? new JavaProgram(
            processes.jvm(service),
            List.of(JavaProgram.classesOf(EndWithParent.class), jar),
            List.of(EndWithParent.class.getName(), MAIN))
        : new JavaProgram(processes.jvm(service), List.of(jar), List.of(MAIN));
  }

  private Map<String, String> settings(
      Service service, int number, int api, int management, int smtp) {
    Map<String, String> settings = new HashMap<>();
    settings.put("kafka.bootstrap.servers", brokers.bootstrap());
    settings.put("quarkus.management.host", "127.0.0.1");
    settings.put("quarkus.management.port", Integer.toString(management));
    if (service.hasApi()) {
      settings.put("quarkus.http.host", "127.0.0.1");
      settings.put("quarkus.http.port", Integer.toString(api));
      settings.put("postern.api.public-keys-file", options.state().tokenKeys().toString());
    }
    settings.putAll(options.processes().log());
    switch (service) {
      case INGRESS -> {
        settings.put("postern.ingress.host", "127.0.0.1");
        settings.put("postern.ingress.port", Integer.toString(smtp));
        settings.put("postern.ingress.host-name", "gate.contoso.example");
        settings.put("postern.tls.certificate", options.tlsCertificate().toString());
        settings.put("postern.tls.key", options.tlsKey().toString());
        settings.put(
            "postern.sender-rewriting.secrets",
            options.state().senderRewritingSecrets().toString());
      }
      case POLICY -> {
        settings.put("postern.api.credentials-file", options.state().credentials().toString());
        // The other services ask it for their clients.
        settings.put("quarkus.http.proxy.proxy-address-forwarding", "true");
        settings.put("quarkus.http.proxy.trusted-proxies", "127.0.0.1");
        settings.put("postern.schedule.state-folder", options.state().schedule(number).toString());
        settings.put(
            "postern.sender-rewriting.secrets",
            options.state().senderRewritingSecrets().toString());
      }
      case CERTIFICATE -> {
        // It starts before policy-service, which then gets this port.
        settings.put(
            "postern.api.policy-url",
            url(options.state().port(Replica.name(Service.POLICY, 1) + "-http")));
        settings.put(
            "postern.anchors.pem",
            String.join(",", options.anchors().stream().map(Path::toString).toList()));
        settings.put(
            "postern.revocation.allow-private-targets",
            Boolean.toString(options.allowPrivateTargets()));
        settings.put(
            "postern.revocation.cache-folder", options.state().revocationCache(number).toString());
      }
      case DELIVERY -> {
        settings.put("postern.dns.servers", options.dnsServer());
        settings.put(
            "postern.delivery.allow-private-targets",
            Boolean.toString(options.allowPrivateTargets()));
        settings.put("postern.delivery.mx-port", Integer.toString(options.mxPort()));
        settings.put("postern.delivery.host-name", "gate.contoso.example");
        settings.put(
            "postern.delivery.client-certificates-folder", options.clientCertificates().toString());
        settings.put(
            "postern.delivery.credentials-folder", options.clientCertificates().toString());
      }
      case CONSOLE -> {
        settings.put("postern.console.policy-url", url(apiPort(Service.POLICY)));
        settings.put("postern.console.certificate-url", url(apiPort(Service.CERTIFICATE)));
        if (postgres != null) {
          settings.put("quarkus.config.locations", databaseFile().toUri().toString());
        } else {
          // Nobody listens there: it waits, as for any database that is away.
          settings.put(
              "quarkus.datasource.jdbc.url",
              "jdbc:postgresql://127.0.0.1:" + options.state().port("postgres") + "/console");
        }
      }
    }
    settings.putAll(options.processes().settings().getOrDefault(service, Map.of()));
    settings.values().removeIf(String::isEmpty);
    settings.replaceAll((key, value) -> value.replace(Processes.REPLICA, Integer.toString(number)));
    return settings;
  }

  /**
   * Writes down how commands reach this stack: a context of the program {@code postern}, with the
   * values for {@link RunningStack}.
   *
   * @param variables of directory files
   */
  public void remember(Map<String, String> variables) {
    Properties running = new Properties();
    Launcher.describe(running);
    running.setProperty("smtp", Integer.toString(smtpPort));
    running.setProperty("kafka.bootstrap.servers", brokers.bootstrap());
    address(running, "postern.policy", Service.POLICY);
    address(running, "postern.certificate", Service.CERTIFICATE);
    if (!replicas(Service.CONSOLE).isEmpty()) {
      address(running, "postern.console", Service.CONSOLE);
    }
    for (Replica replica : replicas) {
      running.setProperty("postern.health." + replica.name(), url(replica.managementPort()));
    }
    variables.forEach((name, value) -> running.setProperty("postern.variable." + name, value));
    StateFolder.save(options.state().runningFile(), running);
  }

  private void address(Properties running, String key, Service service) {
    running.setProperty(key + ".url", url(apiPort(service)));
    running.setProperty(key + ".credentials-file", options.state().credentials().toString());
  }

  private static String url(int port) {
    return "http://127.0.0.1:" + port;
  }

  /** Of the first replica. */
  public ServiceApi api(Service service) {
    return new ServiceApi(
        service.module(), URI.create(url(apiPort(service))), options.state().credentials(), HTTP);
  }

  /**
   * Waits until each service of mail can do its work; throws an exception that names the one that
   * cannot, and its log.
   */
  public void awaitReady(Duration limit) throws InterruptedException {
    awaitReady(
        replicas.stream().filter(replica -> Service.OF_MAIL.contains(replica.service())).toList(),
        limit);
  }

  /** The same for the replicas of one service. */
  public void awaitReady(Service service, Duration limit) throws InterruptedException {
    awaitReady(replicas(service), limit);
  }

  private static void awaitReady(List<Replica> replicas, Duration limit)
      throws InterruptedException {
    long begin = System.nanoTime();
    for (Replica replica : replicas) {
      Duration patience = replica.elsewhere() ? ELSEWHERE_LIMIT : limit;
      while (!ready(replica.managementPort())) {
        if (System.nanoTime() - begin > patience.toNanos()) {
          throw new IllegalStateException(
              replica.name()
                  + " is not ready after "
                  + patience.toSeconds()
                  + " s; its log is "
                  + replica.process().log());
        }
        TimeUnit.MILLISECONDS.sleep(50);
      }
    }
  }

  /**
   * Waits until every replica that decides by the directory has read the version: each reads for
   * itself, and one that is behind does not know a new organization yet. Throws an exception that
   * names the one that is behind.
   */
  public void awaitDirectory(long version, Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    for (Replica replica : replicas) {
      if (replica.service() != Service.INGRESS && replica.service() != Service.POLICY) {
        continue;
      }
      while (directoryVersion(replica.managementPort()) < version) {
        if (System.nanoTime() - end > 0) {
          throw new IllegalStateException(
              "%s has not read version %d of the directory after %d s; its log is %s"
                  .formatted(replica.name(), version, limit.toSeconds(), replica.process().log()));
        }
        TimeUnit.MILLISECONDS.sleep(20);
      }
    }
  }

  /** -1: none, or it does not say. */
  private static long directoryVersion(int managementPort) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url(managementPort) + "/q/metrics"))
            .timeout(Duration.ofSeconds(10))
            .build();
    try {
      return HTTP.send(request, HttpResponse.BodyHandlers.ofString())
          .body()
          .lines()
          .filter(line -> line.startsWith(DIRECTORY_VERSION))
          .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
          .findFirst()
          .orElse(-1);
    } catch (IOException e) {
      return -1;
    }
  }

  /** Asks a service's readiness at its health address. */
  public static boolean ready(int managementPort) throws InterruptedException {
    return Health.of(URI.create(url(managementPort)), HTTP).problem().isEmpty();
  }

  /** How its mail log is reached. */
  public LogSettings kafka() {
    Map<String, String> client = new HashMap<>(options.processes().broker().client());
    client.put("bootstrap.servers", brokers.bootstrap());
    return new LogSettings(client);
  }

  /** The console's; null: it has none. */
  public @Nullable PostgresServer database() {
    return postgres;
  }

  public Brokers brokers() {
    return brokers;
  }

  /** All of them, in the order in which they were started. */
  public List<Replica> replicas() {
    return List.copyOf(replicas);
  }

  public List<Replica> replicas(Service service) {
    return replicas.stream().filter(replica -> replica.service() == service).toList();
  }

  /** Of the first ingress. */
  public int smtpPort() {
    return smtpPort;
  }

  /** Of the first replica; 0: the service has none. */
  public int apiPort(Service service) {
    return replicas(service).getFirst().apiPort();
  }

  /** Where the first replica has health and metrics. */
  public int managementPort(Service service) {
    return replicas(service).getFirst().managementPort();
  }

  /** The first replica's. */
  public ManagedProcess process(Service service) {
    return replicas(service).getFirst().process();
  }

  /** Ends the services, the one that accepts first, then the brokers. */
  @Override
  public void close() throws Exception {
    List<Thread> ending = new ArrayList<>();
    for (Replica replica : replicas) {
      ending.add(Thread.ofVirtual().start(replica.process()::close));
    }
    for (Thread thread : ending) {
      thread.join();
    }
    if (postgres != null) {
      postgres.close();
    }
    brokers.close();
    Files.deleteIfExists(options.state().runningFile());
  }
}
