package io.postern.operator.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * Client of policy-service's API for reports about TLS, others' and our own. Any thread.
 *
 * <p>Failure: {@link IOException} with the service's own sentence.
 */
public final class TlsReportsClient {
  private static final Set<Integer> ANSWER = Set.of(200);

  private final ServiceApi api;

  public TlsReportsClient(ServiceApi api) {
    this.api = api;
  }

  /**
   * @param domain empty: of all
   */
  public JsonNode list(String domain, int days) throws IOException, InterruptedException {
    String name = URLEncoder.encode(domain, StandardCharsets.UTF_8);
    return api.send(api.request("/tls-reports?domain=" + name + "&days=" + days).GET(), ANSWER);
  }

  /**
   * Those that we have sent.
   *
   * @param domain empty: to all
   */
  public JsonNode sent(String domain) throws IOException, InterruptedException {
    String name = URLEncoder.encode(domain, StandardCharsets.UTF_8);
    return api.send(api.request("/tls-reports/sent?domain=" + name).GET(), ANSWER);
  }
}
