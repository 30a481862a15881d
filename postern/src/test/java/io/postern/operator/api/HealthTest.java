package io.postern.operator.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import org.junit.jupiter.api.Test;

/** What `postern status` says of a replica. */
class HealthTest {
  @Test
  void aReplicaThatIsReadySaysWhatAnAdministratorShouldKnow() throws Exception {
    assertThat(note("\"topics-verified\":true")).isEmpty();
    assertThat(note("\"note\":\"DANE applies to no domain\""))
        .isEqualTo("DANE applies to no domain");
    assertThat(note("\"clock\":\"it has jumped\",\"note\":\"DANE applies to no domain\""))
        .isEqualTo("it has jumped; DANE applies to no domain");
  }

  private static String note(String data) throws Exception {
    byte[] body =
        "{\"status\":\"UP\",\"checks\":[{\"data\":{%s}}]}".formatted(data).getBytes(UTF_8);
    HttpServer replica =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    replica.createContext(
        "/q/health/ready",
        exchange -> {
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    replica.start();
    try {
      URI at = URI.create("http://127.0.0.1:" + replica.getAddress().getPort());
      Health.State state = Health.of(at, Https.client());
      assertThat(state.problem()).isEmpty();
      return state.note();
    } finally {
      replica.stop(0);
    }
  }
}
