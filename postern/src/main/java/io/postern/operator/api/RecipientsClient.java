package io.postern.operator.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;

/**
 * Client of policy-service's API for the lists of accepted domains' recipients. Any thread.
 *
 * <p>Failure: {@link IOException} with the service's own sentence.
 */
public final class RecipientsClient {
  private static final Set<Integer> LIST = Set.of(200, 422);
  private static final Set<Integer> ANSWER = Set.of(200);
  // A list of 250,000 addresses is some twenty commands.
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final ServiceApi api;

  public RecipientsClient(ServiceApi api) {
    this.api = api;
  }

  /**
   * Replaces a domain's list.
   *
   * @param csv UTF-8
   * @param removeAtMost per cent of the list in force
   * @param reason for the record of changes
   * @return as {@code PUT /api/v1/accepted-domains/{domain}/recipients} answers, or the problem for
   *     which it is refused
   */
  public JsonNode replace(
      String domain, byte[] csv, boolean dryRun, int removeAtMost, String reason)
      throws IOException, InterruptedException {
    return api.send(
        api.request(
                path(domain)
                    + "?dryRun="
                    + dryRun
                    + "&removeAtMost="
                    + removeAtMost
                    + ConsoleClient.reason(reason))
            .timeout(PATIENCE)
            .header("Content-Type", "text/csv; charset=UTF-8")
            .PUT(HttpRequest.BodyPublishers.ofByteArray(csv)),
        LIST);
  }

  /** Size of a domain's list, and who changed it. */
  public JsonNode list(String domain) throws IOException, InterruptedException {
    return api.send(api.request(path(domain)).GET(), ANSWER);
  }

  /** Whether an address is a recipient, and where its mail goes. */
  public JsonNode one(String domain, String address) throws IOException, InterruptedException {
    return api.send(api.request(path(domain) + "/" + encoded(address)).GET(), ANSWER);
  }

  private static String path(String domain) {
    return "/accepted-domains/" + encoded(domain) + "/recipients";
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
