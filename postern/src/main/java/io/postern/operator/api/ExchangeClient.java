package io.postern.operator.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Client of policy-service's import from Exchange and export to it. Any thread.
 *
 * <p>Failure: {@link IOException} with the service's own sentence.
 */
public final class ExchangeClient {
  private static final Set<Integer> ANSWER = Set.of(200);
  private static final Set<Integer> IMPORT = Set.of(200, 409, 412, 422);

  private final ServiceApi api;

  public ExchangeClient(ServiceApi api) {
    this.api = api;
  }

  /**
   * @param file as Exchange's cmdlets wrote it
   * @param routes host, host:port, or domain=host:port
   * @param seen the directory's version of a dry run, whose changes are the only ones that are
   *     wanted; null: any
   * @param reason for the record of changes
   * @return draft, findings and changes; or a problem, which has draft and findings where the draft
   *     is wrong
   */
  public JsonNode take(
      byte[] file,
      String organization,
      List<String> routes,
      boolean dryRun,
      @Nullable String seen,
      String reason)
      throws IOException, InterruptedException {
    StringBuilder query =
        new StringBuilder("?organization=" + ConsoleClient.encoded(organization))
            .append("&dryRun=")
            .append(dryRun)
            .append(ConsoleClient.reason(reason));
    routes.forEach(route -> query.append("&mailboxRoute=").append(ConsoleClient.encoded(route)));
    HttpRequest.Builder request =
        api.request("/import/exchange" + query)
            .header("Content-Type", "application/octet-stream")
            .POST(HttpRequest.BodyPublishers.ofByteArray(file));
    if (seen != null) {
      request.header("If-Match", "\"" + seen + "\"");
    }
    return api.send(request, IMPORT);
  }

  /**
   * Commands of PowerShell.
   *
   * @param side partner
   * @param mailHost "": not known
   * @param certificateName the same
   */
  public String commands(String organization, String side, String mailHost, String certificateName)
      throws IOException, InterruptedException {
    return api.sendForText(
        api.request(
                "/organizations/"
                    + ConsoleClient.encoded(organization)
                    + "/export/exchange?for="
                    + ConsoleClient.encoded(side)
                    + "&mailHost="
                    + ConsoleClient.encoded(mailHost)
                    + "&certificateName="
                    + ConsoleClient.encoded(certificateName))
            .setHeader("Accept", "text/plain, application/problem+json")
            .GET(),
        ANSWER);
  }
}
