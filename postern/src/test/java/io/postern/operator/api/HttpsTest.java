package io.postern.operator.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.LabHttps;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who answers is who is trusted, or gets no password. */
class HttpsTest {
  private final LabCa ca = LabCa.create("Services");
  private final AtomicInteger requests = new AtomicInteger();
  @TempDir private Path folder;

  private void answer(HttpExchange exchange) throws IOException {
    requests.incrementAndGet();
    exchange.sendResponseHeaders(200, 2);
    exchange.getResponseBody().write("{}".getBytes(StandardCharsets.US_ASCII));
  }

  private Path authority(LabCa of) throws IOException {
    return Files.writeString(folder.resolve("authority.pem"), of.rootPem());
  }

  private ServiceApi api(URI at, Path authority) throws Exception {
    Path credentials = Files.writeString(folder.resolve("credentials"), "admin:a-password");
    return new ServiceApi("policy-service", at, credentials, Https.client(authority));
  }

  @Test
  void aServiceOfTheAuthorityIsAskedAtItsName() throws Exception {
    try (LabHttps service = LabHttps.start(ca.issue(Issue.to("localhost")), this::answer)) {
      assertThat(new DirectoryClient(api(service.url(), authority(ca))).isEmpty()).isTrue();
      assertThat(Health.of(service.url(), Https.client(authority(ca))).problem()).isEmpty();
    }
    assertThat(requests).hasValue(2);
  }

  @Test
  void whoHasAnotherNameOrAuthorityGetsNoRequest() throws Exception {
    LabCa other = LabCa.create("Others");
    try (LabHttps named = LabHttps.start(ca.issue(Issue.to("delivery-service")), this::answer);
        LabHttps foreign = LabHttps.start(other.issue(Issue.to("localhost")), this::answer)) {
      for (URI at : new URI[] {named.url(), foreign.url()}) {
        DirectoryClient client = new DirectoryClient(api(at, authority(ca)));
        assertThatThrownBy(client::isEmpty)
            .hasMessageContaining("policy-service at " + at)
            .hasMessageContaining("postern.authority-file");
        assertThat(Health.of(at, Https.client(authority(ca))).problem())
            .contains("postern.authority-file");
      }
    }
    assertThat(requests).hasValue(0);
  }

  @Test
  void withoutAnAuthorityJavasAreTrusted() throws Exception {
    try (LabHttps service = LabHttps.start(ca.issue(Issue.to("localhost")), this::answer)) {
      assertThat(Health.of(service.url(), Https.client()).problem())
          .contains("postern.authority-file");
    }
    assertThat(requests).hasValue(0);
  }

  @Test
  void aFileWithoutACertificateIsNoAuthority() throws Exception {
    Path empty = Files.createFile(folder.resolve("empty.pem"));
    assertThatThrownBy(() -> Https.client(empty)).isInstanceOf(GeneralSecurityException.class);
    assertThatThrownBy(() -> Https.client(folder.resolve("none.pem")))
        .isInstanceOf(IOException.class);
  }
}
