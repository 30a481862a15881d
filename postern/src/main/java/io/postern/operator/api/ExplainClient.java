package io.postern.operator.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.util.Map;
import java.util.Set;

/**
 * Client of policy-service's explanations. Any thread.
 *
 * <p>Failure: {@link IOException} with the service's own sentence.
 */
public final class ExplainClient {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<Integer> ANSWER = Set.of(200);

  private final ServiceApi api;

  public ExplainClient(ServiceApi api) {
    this.api = api;
  }

  /**
   * @param facts as {@code POST /api/v1/explain} takes them
   */
  public JsonNode answer(Map<String, ?> facts) throws IOException, InterruptedException {
    return api.send(request(facts), ANSWER);
  }

  /** The same in sentences. */
  public String sentences(Map<String, ?> facts) throws IOException, InterruptedException {
    return api.sendForText(
        request(facts).setHeader("Accept", "text/plain, application/problem+json"), ANSWER);
  }

  private HttpRequest.Builder request(Map<String, ?> facts) throws IOException {
    return api.request("/explain")
        .header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(facts)));
  }
}
