package io.postern.stack;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.LabHttps;
import io.postern.programs.FreePorts;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The containers' health check, beside a server in the service's place. */
class ReadyScriptTest {
  private static final Path SCRIPT = Path.of("../../deploy/docker/ready");

  private static int exitCode(int port, Map<String, String> environment) throws Exception {
    ProcessBuilder builder = new ProcessBuilder("bash", SCRIPT.toString());
    builder.environment().put("QUARKUS_MANAGEMENT_PORT", Integer.toString(port));
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      return process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }

  private static Map<String, String> tls() {
    return Map.of("QUARKUS_MANAGEMENT_TLS_CONFIGURATION_NAME", "http");
  }

  private static void answer(HttpExchange exchange, int status) throws java.io.IOException {
    boolean asked = exchange.getRequestURI().getPath().equals("/q/health/ready");
    exchange.sendResponseHeaders(asked ? status : 404, -1);
    exchange.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 503})
  void asksOverTlsWhoeverTheCertificateNames(int status) throws Exception {
    LabCa ca = LabCa.create("Services");
    try (LabHttps service =
        LabHttps.start(
            ca.issue(Issue.to("policy-service").expired()), exchange -> answer(exchange, status))) {
      assertThat(exitCode(service.url().getPort(), tls())).isEqualTo(status == 200 ? 0 : 1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 503})
  void asksInPlaintextWhereTheServiceDoesNotUseTls(int status) throws Exception {
    HttpServer service =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    service.createContext("/", exchange -> answer(exchange, status));
    service.start();
    try {
      assertThat(exitCode(service.getAddress().getPort(), Map.of()))
          .isEqualTo(status == 200 ? 0 : 1);
    } finally {
      service.stop(0);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whereNobodyListensItIsNotReady(boolean overTls) throws Exception {
    assertThat(exitCode(FreePorts.next(), overTls ? tls() : Map.of())).isEqualTo(1);
  }
}
