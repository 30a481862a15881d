package io.postern.e2e.attacks;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * The administrator of the organization whose mail is fair, at work: each second it reads its
 * connectors and changes one. Closing ends it.
 */
final class FairAdministrator implements AutoCloseable {
  private static final Duration BETWEEN = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration END = Duration.ofSeconds(40);
  private static final String CONNECTORS = "/api/v1/organizations/fair/outbound-connectors";
  private static final int OK = 200;

  private final HttpClient http = HttpClient.newHttpClient();
  private final AttackTarget target;
  private final Thread thread;
  private volatile Window window = new Window("before");
  private volatile boolean closing;

  /**
   * @param token of an administrator of the organization
   */
  FairAdministrator(AttackTarget target, String token) {
    this.target = target;
    thread = Thread.ofVirtual().name("fair administrator").start(() -> work(token));
  }

  /** From now on it counts there. */
  void window(Window next) {
    window = next;
  }

  private void work(String token) {
    try {
      for (int i = 0; !closing; i++) {
        timed(Window::read, request("", token).GET());
        // One that has just been written may be read by this replica a moment later.
        timed(
            Window::changed,
            request("/Worked?reason=" + i, token)
                .header("If-Match", "*")
                .header("Content-Type", "application/json")
                .PUT(
                    HttpRequest.BodyPublishers.ofByteArray(
                        body(i).getBytes(StandardCharsets.UTF_8))));
        Thread.sleep(BETWEEN);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static String body(int number) {
    return """
        {"connectorType": "partner", "recipientDomains": ["worked.example"],
         "tlsSettings": "certificateValidation", "comment": "number %d"}
        """
        .formatted(number);
  }

  private HttpRequest.Builder request(String path, String token) {
    return HttpRequest.newBuilder(target.api().resolve(CONNECTORS + path))
        .timeout(PATIENCE)
        .header("Authorization", "Bearer " + token);
  }

  /** Where its time is counted. */
  @FunctionalInterface
  private interface Count {
    void add(Window window, long nanos);
  }

  private void timed(Count count, HttpRequest.Builder request) throws InterruptedException {
    Window now = window;
    long begin = System.nanoTime();
    try {
      HttpResponse<Void> answer =
          http.send(request.build(), HttpResponse.BodyHandlers.discarding());
      count.add(now, System.nanoTime() - begin);
      if (answer.statusCode() != OK) {
        now.error("administrator got " + answer.statusCode());
      }
    } catch (IOException e) {
      now.error("administrator got no answer");
    }
  }

  @Override
  public void close() throws InterruptedException {
    closing = true;
    var unused = thread.join(END);
    http.close();
  }
}
