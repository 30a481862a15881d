package io.postern.operator.api;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Asks a replica whether it can do its work. Any thread. */
public final class Health {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

  private Health() {}

  /**
   * A replica that does not answer within three seconds is not ready.
   *
   * @param replica scheme, host and port
   */
  public static boolean ready(URI replica) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(replica.resolve("/q/health/ready"))
            .timeout(Duration.ofSeconds(3))
            .build();
    try {
      return HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      // Not listening yet, or gone: not ready either way.
      return false;
    }
  }
}
