package io.postern.operator.api;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import javax.net.ssl.SSLHandshakeException;

/** Client of a replica's readiness. Any thread. */
public final class Health {
  private Health() {}

  /**
   * Why a replica cannot do its work, in few words; empty: it is ready. One that does not answer
   * within three seconds is not.
   *
   * @param replica scheme, host and port of its management interface
   * @param http see {@link Https}
   */
  public static String problem(URI replica, HttpClient http) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(replica.resolve("/q/health/ready"))
            .timeout(Duration.ofSeconds(3))
            .build();
    try {
      int status = http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
      return status == 200 ? "" : "it answers " + status;
    } catch (SSLHandshakeException e) {
      return "it has no certificate of a trusted authority (postern.authority-file): "
          + e.getMessage();
    } catch (IOException e) {
      return "it does not answer"; // it does not listen yet, or is gone
    }
  }
}
