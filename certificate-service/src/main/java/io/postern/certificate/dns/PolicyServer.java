package io.postern.certificate.dns;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.postern.log.LogSettings;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.tls.CertificateUpdatedEvent;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The listener that serves our policies of MTA-STS to the world (RFC 8461 §3.3), at a port of its
 * own: {@code GET /.well-known/mta-sts.txt} for the host {@code mta-sts.DOMAIN}. All else is 404.
 *
 * <p><b>Keys.</b> Those of {@code quarkus.tls.mta-sts}, chosen by server name and read again by its
 * reload period; new handshakes have the new ones. Without keys it listens on loopback alone, for a
 * proxy in front.
 *
 * <p><b>Bounds.</b> {@value #CONNECTIONS} connections, those in a handshake included, 16 KiB of
 * header, {@value #SECONDS} s for a request. Any stranger can fill the connections: others then get
 * no policy, and senders keep those that they have. Nothing is kept of a request. Threads of its
 * own; a request never waits for the log or the judge.
 */
@ApplicationScoped
public class PolicyServer {
  static final String PATH = "/.well-known/mta-sts.txt";

  private static final String TLS = "mta-sts";
  private static final int CONNECTIONS = 500;
  private static final int SECONDS = 10;
  private static final int MAX_PORT = 65_535;
  private static final Set<String> TLS_VERSIONS = Set.of("TLSv1.2", "TLSv1.3");

  /** The JDK's server has its bounds for all servers of a process, of which this is the one. */
  private static final Map<String, String> BOUNDS =
      Map.of(
          "jdk.httpserver.maxConnections", String.valueOf(CONNECTIONS),
          "sun.net.httpserver.maxReqHeaderSize", String.valueOf(16 << 10),
          "sun.net.httpserver.maxReqTime", String.valueOf(SECONDS),
          "sun.net.httpserver.maxRspTime", String.valueOf(SECONDS),
          "sun.net.httpserver.idleInterval", String.valueOf(SECONDS));

  private static final Logger LOG = Logger.getLogger(PolicyServer.class);

  private final OwnSettings settings;
  private final OwnPolicies policies;
  private final TlsConfigurationRegistry registry;
  private final Vertx vertx;
  private final PolicyKeys keys = new PolicyKeys();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private @Nullable HttpServer server;

  PolicyServer(
      OwnSettings settings, OwnPolicies policies, TlsConfigurationRegistry registry, Vertx vertx) {
    this.settings = settings;
    this.policies = policies;
    this.registry = registry;
    this.vertx = vertx;
  }

  void start(@Observes StartupEvent event) {
    int port = settings.policyPort();
    if (port == 0) {
      return;
    }
    if (port < 0 || port > MAX_PORT) {
      throw new ConfigurationException(
          "postern.own.policy-port is " + port + ": write 1 to " + MAX_PORT + ", or 0 for none");
    }
    BOUNDS.forEach(
        (key, value) -> {
          if (System.getProperty(key) == null) {
            System.setProperty(key, value);
          }
        });
    InetSocketAddress address = new InetSocketAddress(settings.policyHost(), port);
    try {
      HttpServer made = server(address);
      made.setExecutor(threads);
      made.createContext("/", this::answer);
      made.start();
      server = made;
    } catch (IOException e) {
      throw new ConfigurationException(
          "postern.own.policy-host and postern.own.policy-port are "
              + address
              + ", where nothing can listen ("
              + e.getMessage()
              + "): name a free port of this host");
    }
    LOG.infof("MTA-STS policies are served at %s", address);
  }

  void stop(@Observes ShutdownEvent event) {
    if (server != null) {
      server.stop(0);
    }
    threads.shutdownNow();
  }

  void renewed(@Observes CertificateUpdatedEvent event) {
    if (event.name().equals(TLS)) {
      take(event.tlsConfiguration());
    }
  }

  private HttpServer server(InetSocketAddress address) throws IOException {
    Optional<TlsConfiguration> tls =
        registry.get(TLS).filter(configured -> configured.getKeyStoreOptions() != null);
    if (tls.isEmpty()) {
      if (!LogSettings.loopback(settings.policyHost())) {
        throw new ConfigurationException(
            "postern.own.policy-host is "
                + settings.policyHost()
                + ", which is reachable from other machines, and no key is configured: set PEM "
                + "files with quarkus.tls.mta-sts.key-store.pem.0.cert and "
                + "quarkus.tls.mta-sts.key-store.pem.0.key, or use 127.0.0.1");
      }
      return HttpServer.create(address, CONNECTIONS);
    }
    Set<String> versions = tls.get().getSSLOptions().getEnabledSecureTransportProtocols();
    if (!TLS_VERSIONS.containsAll(versions)) {
      throw new ConfigurationException(
          "quarkus.tls.mta-sts.protocols is "
              + String.join(",", versions)
              + ": write TLSv1.3,TLSv1.2");
    }
    take(tls.get());
    HttpsServer made = HttpsServer.create(address, CONNECTIONS);
    made.setHttpsConfigurator(new Configurator(keys.context(), versions));
    return made;
  }

  private void take(TlsConfiguration tls) {
    try {
      keys.take(tls.getKeyStoreOptions(), vertx);
    } catch (GeneralSecurityException e) {
      // Those from before stay; at the start there are none, and no handshake succeeds.
      LOG.error("the keys of quarkus.tls.mta-sts cannot be used", e);
    }
  }

  private static final class Configurator extends HttpsConfigurator {
    private final Set<String> versions;

    Configurator(SSLContext context, Set<String> versions) {
      super(context);
      this.versions = versions;
    }

    @Override
    public void configure(HttpsParameters parameters) {
      SSLParameters wanted = getSSLContext().getDefaultSSLParameters();
      wanted.setProtocols(versions.toArray(String[]::new));
      parameters.setSSLParameters(wanted);
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String domain = domain(exchange);
      if (domain != null && !policies.domainsKnown()) {
        send(exchange, 503, "The policies are not known yet.\n");
        return;
      }
      if (domain == null || !policies.isServed(domain)) {
        send(exchange, 404, "No policy is served here.\n");
        return;
      }
      Optional<OwnPolicy> policy = policies.of(domain);
      if (policy.isEmpty()) {
        send(exchange, 503, "The policy is not known yet.\n");
        return;
      }
      send(exchange, 200, policy.get().policy().text());
    }
  }

  /** Of which a policy is asked for; null: something else is. */
  private static @Nullable String domain(HttpExchange exchange) {
    String method = exchange.getRequestMethod();
    String host = exchange.getRequestHeaders().getFirst("Host");
    if (host == null
        || !(method.equals("GET") || method.equals("HEAD"))
        || !PATH.equals(exchange.getRequestURI().getPath())) {
      return null;
    }
    String name = host.replaceFirst(":[0-9]{1,5}$", "").toLowerCase(Locale.ROOT);
    return name.startsWith(TLS + ".") ? name.substring(TLS.length() + 1) : null;
  }

  private static void send(HttpExchange exchange, int status, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.US_ASCII);
    exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=us-ascii");
    boolean bodyless = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(status, bodyless ? -1 : body.length);
    if (!bodyless) {
      exchange.getResponseBody().write(body);
    }
  }
}
