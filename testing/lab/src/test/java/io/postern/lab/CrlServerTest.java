package io.postern.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CrlServerTest {
  private final CrlServer server = CrlServer.create();
  private final LabCa ca = LabCa.create("Contoso Ltd", server);
  private final HttpClient http = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    http.close();
    server.close();
  }

  @Test
  void servesBothListsAndRevocationsAtOnceAndCounts() throws Exception {
    ca.revoke(ca.intermediate());
    assertThat(crl("/contoso-ltd-root.crl").isRevoked(ca.intermediate())).isTrue();
    Identity leaf = ca.issue(Issue.to("a.example"));
    assertThat(crl("/contoso-ltd.crl").isRevoked(leaf.leaf())).isFalse();
    ca.revoke(leaf.leaf());
    assertThat(crl("/contoso-ltd.crl").isRevoked(leaf.leaf())).isTrue();
    assertThat(server.fetches("/contoso-ltd.crl")).isEqualTo(2);
    assertThat(server.fetches()).isEqualTo(3);
  }

  @Test
  void certificatesPointToTheServer() throws Exception {
    String leafPoint = text(ca.issue(Issue.to("a.example")).leaf().getExtensionValue("2.5.29.31"));
    assertThat(leafPoint).contains(server.url() + "contoso-ltd.crl");
    assertThat(text(ca.intermediate().getExtensionValue("2.5.29.31")))
        .contains(server.url() + "contoso-ltd-root.crl");
    assertThat(ca.root().getExtensionValue("2.5.29.31")).isNull();
  }

  @Test
  void stoppedServerRefusesAndStartsOnTheSamePort() throws Exception {
    server.stop();
    assertThatThrownBy(() -> get("/contoso-ltd.crl")).isInstanceOf(IOException.class);
    server.start();
    assertThat(get("/contoso-ltd.crl").statusCode()).isEqualTo(200);
  }

  @Test
  void stallsLiesAndFailsUntilToldOtherwise() throws Exception {
    server.stall();
    assertThatThrownBy(() -> get("/contoso-ltd.crl", Duration.ofSeconds(1)))
        .isInstanceOf(HttpTimeoutException.class);
    server.lie(new byte[] {1, 2, 3});
    assertThat(get("/contoso-ltd.crl").body()).containsExactly(1, 2, 3);
    server.fail(503);
    assertThat(get("/contoso-ltd.crl").statusCode()).isEqualTo(503);
    server.truthful();
    assertThat(get("/contoso-ltd.crl").statusCode()).isEqualTo(200);
    assertThat(get("/unknown.crl").statusCode()).isEqualTo(404);
  }

  private X509CRL crl(String path) throws Exception {
    return (X509CRL)
        CertificateFactory.getInstance("X.509")
            .generateCRL(new ByteArrayInputStream(get(path).body()));
  }

  private HttpResponse<byte[]> get(String path) throws Exception {
    return get(path, Duration.ofSeconds(20));
  }

  private HttpResponse<byte[]> get(String path, Duration patience) throws Exception {
    URI uri = server.url().resolve(path);
    return http.send(
        HttpRequest.newBuilder(uri).timeout(patience).build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }

  private static String text(byte[] der) {
    return new String(der, java.nio.charset.StandardCharsets.ISO_8859_1);
  }
}
