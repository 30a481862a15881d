package io.postern.operator.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Client of policy-service's API for operators' approvals of next hops. Any thread.
 *
 * <p>Failure: {@link IOException} with the service's own sentence.
 */
public final class NextHopsClient {
  private static final Set<Integer> ANSWER = Set.of(200);
  private static final int PAGE = 1_000;
  private static final int MOST_PAGES = 1_000;

  private final ServiceApi api;

  public NextHopsClient(ServiceApi api) {
    this.api = api;
  }

  /**
   * Those that need an approval, or had one that was revoked.
   *
   * @param organization empty: all
   * @param unapproved only those that have none
   * @param names those that need none by their text, too
   */
  public List<JsonNode> list(String organization, boolean unapproved, boolean names)
      throws IOException, InterruptedException {
    List<JsonNode> items = new ArrayList<>();
    String after = "";
    for (int pages = 0; pages < MOST_PAGES; pages++) {
      JsonNode page =
          api.send(
              api.request(
                      "/next-hops?limit="
                          + PAGE
                          + "&organization="
                          + ConsoleClient.encoded(organization)
                          + "&unapproved="
                          + unapproved
                          + "&names="
                          + names
                          + "&after="
                          + ConsoleClient.encoded(after))
                  .GET(),
              ANSWER);
      page.path("items").forEach(items::add);
      if (!page.hasNonNull("next")) {
        return items;
      }
      after = page.path("next").asText();
    }
    throw new IOException(api + " has more than " + PAGE * MOST_PAGES + " next hops");
  }

  /**
   * @param kind outbound-connectors, accepted-domains
   * @param values of the object; none: all hosts, to revoke
   * @param approve false: revokes
   * @return the change; empty: there is no such object
   */
  public Optional<JsonNode> change(
      String organization,
      String kind,
      String name,
      List<String> values,
      boolean approve,
      boolean dryRun,
      String reason)
      throws IOException, InterruptedException {
    String object =
        "/organizations/"
            + ConsoleClient.encoded(organization)
            + "/"
            + kind
            + "/"
            + ConsoleClient.encoded(name);
    Optional<JsonNode> before =
        api.sendOrNone(api.request(object + "?warnings=true").GET(), ANSWER);
    if (before.isEmpty()) {
      return Optional.empty();
    }
    StringBuilder path =
        new StringBuilder(object + "/approval?dryRun=" + dryRun + "&reason=")
            .append(ConsoleClient.encoded(reason));
    values.forEach(value -> path.append("&value=").append(ConsoleClient.encoded(value)));
    HttpRequest.Builder request =
        api.request(path.toString()).header("If-Match", before.get().path("etag").asText());
    return Optional.of(
        api.send(
            approve ? request.PUT(HttpRequest.BodyPublishers.noBody()) : request.DELETE(), ANSWER));
  }
}
