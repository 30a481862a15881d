package io.postern.operator.api;

import io.postern.contracts.QueueId;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/**
 * Client of policy-service's API for controls of mail that waits or is held. Any thread.
 *
 * <p>Failure: {@link IOException} with the service's own sentence.
 */
public final class QueueClient {
  private static final Set<Integer> IN_THE_LOG = Set.of(202);

  private final ServiceApi api;

  public QueueClient(ServiceApi api) {
    this.api = api;
  }

  /** Of a cancel: with a DSN to the sender. */
  public String control(QueueId queueId, String action, List<Integer> recipients)
      throws IOException, InterruptedException {
    return control(queueId, action, recipients, true);
  }

  /**
   * @param action hold, release, retry or cancel
   * @param recipients indexes into the envelope; none: all
   * @param notice of a cancel: whether the sender gets a DSN
   * @return the control id, which stands in the outcomes that answer it
   */
  public String control(QueueId queueId, String action, List<Integer> recipients, boolean notice)
      throws IOException, InterruptedException {
    return controlId(
        "/queue/" + queueId + "/" + action,
        "{\"recipients\":" + recipients + ",\"notice\":" + notice + "}");
  }

  /** Retries all that waits for a route now. */
  public String flush(String route) throws IOException, InterruptedException {
    String name = URLEncoder.encode(route, StandardCharsets.UTF_8).replace("+", "%20");
    return controlId("/routes/" + name + "/flush", "");
  }

  private String controlId(String path, String body) throws IOException, InterruptedException {
    return api.send(
            api.request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)),
            IN_THE_LOG)
        .path("controlId")
        .asText();
  }
}
