package io.postern.operator.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.util.Set;

/**
 * Client of policy-service's API for the contract level. Any thread.
 *
 * <p>Failure: {@link IOException} with the service's own sentence.
 */
public final class ContractLevelClient {
  private static final String PATH = "/contract-level";

  private final ServiceApi api;

  public ContractLevelClient(ServiceApi api) {
    this.api = api;
  }

  /** The level in force, and the replicas. */
  public JsonNode level() throws IOException, InterruptedException {
    return api.send(api.request(PATH).GET(), Set.of(200));
  }

  /**
   * Raises it.
   *
   * @return the level in force, or a problem with {@code errors}: replicas that do not read it
   */
  public JsonNode raise(int level) throws IOException, InterruptedException {
    return api.send(
        api.request(PATH)
            .header("Content-Type", "application/json")
            .PUT(HttpRequest.BodyPublishers.ofString("{\"level\": " + level + "}")),
        Set.of(200, 409));
  }
}
