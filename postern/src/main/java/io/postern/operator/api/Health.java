package io.postern.operator.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.StringJoiner;
import javax.net.ssl.SSLHandshakeException;

/** Client of a replica's readiness. Any thread. */
public final class Health {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long MOST_BYTES = 64 << 10;

  private Health() {}

  /**
   * The state of a replica.
   *
   * @param problem why it cannot do its work, in few words; empty: it is ready
   * @param note of one that is ready: what an administrator should know; empty: nothing
   */
  public record State(String problem, String note) {}

  /**
   * Asks a replica. One that does not answer within three seconds is not ready.
   *
   * @param replica scheme, host and port of its management interface
   * @param http see {@link Https}
   */
  public static State of(URI replica, HttpClient http) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(replica.resolve("/q/health/ready"))
            .timeout(Duration.ofSeconds(3))
            .build();
    try {
      HttpResponse<String> answer =
          http.send(
              request,
              HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofString(), MOST_BYTES));
      return answer.statusCode() == 200
          ? new State("", note(answer.body()))
          : new State("it responds " + answer.statusCode() + grounds(answer.body()), "");
    } catch (SSLHandshakeException e) {
      return new State(
          "its certificate is not from a trusted authority (postern.authority-file): "
              + e.getMessage(),
          "");
    } catch (IOException e) {
      return new State("it does not respond", ""); // it does not listen yet, or is gone
    }
  }

  private static String note(String body) {
    StringJoiner notes = new StringJoiner("; ");
    try {
      for (JsonNode check : JSON.readTree(body).path("checks")) {
        for (String name : List.of("clock", "note")) {
          if (check.path("data").has(name)) {
            notes.add(check.path("data").path(name).asText());
          }
        }
      }
      return notes.toString();
    } catch (JsonProcessingException e) {
      return "";
    }
  }

  /** What its checks say, without what is true; empty: it is no document of MicroProfile Health. */
  private static String grounds(String body) {
    StringJoiner grounds = new StringJoiner(", ", ": ", "").setEmptyValue("");
    try {
      for (JsonNode check : JSON.readTree(body).path("checks")) {
        check
            .path("data")
            .properties()
            .forEach(
                fact -> {
                  if (!fact.getValue().asText().equals("true")) {
                    grounds.add(fact.getKey() + " " + fact.getValue().asText());
                  }
                });
      }
      return grounds.toString();
    } catch (JsonProcessingException e) {
      return "";
    }
  }
}
