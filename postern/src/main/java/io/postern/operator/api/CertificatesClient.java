package io.postern.operator.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;

/**
 * Client of certificate-service's API for administrators. Any thread.
 *
 * <p>Failure: {@link IOException} with the service's own sentence.
 */
public final class CertificatesClient {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<Integer> ANSWER = Set.of(200);
  private static final Set<Integer> ANSWER_OR_NONE = Set.of(200, 404);

  private final ServiceApi api;

  public CertificatesClient(ServiceApi api) {
    this.api = api;
  }

  /** Our own certificates as published, {@code /certificates.json}. */
  public JsonNode published() throws IOException, InterruptedException {
    return api.send(api.page("/certificates.json").GET(), ANSWER);
  }

  public JsonNode expiring(int withinDays) throws IOException, InterruptedException {
    return api.send(api.request("/expiring-certificates?withinDays=" + withinDays).GET(), ANSWER);
  }

  /** The MTA-STS policies of other domains, as they were fetched. */
  public JsonNode stsPolicies() throws IOException, InterruptedException {
    return api.send(api.request("/mta-sts-policies").GET(), ANSWER);
  }

  /** The MTA-STS policy of a domain, as it was fetched; or {@code detail}: none was asked for. */
  public JsonNode stsPolicy(String domain) throws IOException, InterruptedException {
    String path = "/mta-sts-policies/" + URLEncoder.encode(domain, StandardCharsets.UTF_8);
    return api.send(api.request(path).GET(), ANSWER_OR_NONE);
  }

  /** The last look at the records of all our domains. */
  public JsonNode records() throws IOException, InterruptedException {
    return api.send(api.request("/dns").GET(), ANSWER);
  }

  /** Records of a domain or MX host of ours; or {@code detail}: it is none. */
  public JsonNode dns(String name) throws IOException, InterruptedException {
    String path = URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    return api.send(api.request("/dns/" + path).GET(), ANSWER_OR_NONE);
  }

  /**
   * @param pem the new chain
   * @param replaces SHA-256 of the old one; "": the one that has a name of it
   */
  public JsonNode rehearse(String pem, String replaces) throws IOException, InterruptedException {
    String body = JSON.writeValueAsString(Map.of("certificate", pem, "replaces", replaces));
    return api.send(
        api.request("/certificate-rehearsals")
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body)),
        ANSWER);
  }
}
