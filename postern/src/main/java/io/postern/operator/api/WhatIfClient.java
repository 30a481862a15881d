package io.postern.operator.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Client of policy-service's comparisons of a draft with recorded mail. Any thread.
 *
 * <p>Failure: {@link IOException} with the service's own sentence.
 */
public final class WhatIfClient {
  private static final Set<Integer> BEGUN_OR_FAULTS = Set.of(202, 422);
  private static final Set<Integer> STATE_OR_NONE = Set.of(200, 404);
  private static final Set<Integer> ENDED = Set.of(204, 404);
  private static final Duration CANCEL = Duration.ofSeconds(5);

  private final ServiceApi api;

  public WhatIfClient(ServiceApi api) {
    this.api = api;
  }

  /** For messages: which service, and where. */
  @Override
  public String toString() {
    return api.toString();
  }

  /**
   * @param draft a directory file, or lists of an organization's objects as in one
   * @param organization whose objects they are; null: it is a directory file
   * @param days 1 to 7
   * @return the begun comparison with its {@code id}; or a problem with {@code status} 422 and the
   *     draft's faults
   */
  public JsonNode start(String draft, @Nullable String organization, int days)
      throws IOException, InterruptedException {
    return api.send(
        api.request(
                "/what-if?days="
                    + days
                    + (organization == null
                        ? ""
                        : "&organization=" + ConsoleClient.encoded(organization)))
            .header("Content-Type", "application/yaml")
            .POST(HttpRequest.BodyPublishers.ofString(draft)),
        BEGUN_OR_FAULTS);
  }

  /** Its state, progress and result; or a problem with {@code status} 404: nobody has it. */
  public JsonNode state(String id) throws IOException, InterruptedException {
    return api.send(api.request("/what-if/" + id).GET(), STATE_OR_NONE);
  }

  /** Ends it, within 5 s. */
  public void cancel(String id) throws IOException, InterruptedException {
    var unused = api.sendForText(api.request("/what-if/" + id).timeout(CANCEL).DELETE(), ENDED);
  }
}
