package io.postern.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * Applies directory files through policy-service's API, with the credentials that it generated.
 *
 * <p>Failure: {@link IOException} with the service's own sentence.
 */
public final class DirectoryClient {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

  private final String base;
  private final Path credentials;

  public DirectoryClient(int httpPort, Path credentials) {
    this.base = "http://127.0.0.1:" + httpPort + "/api/v1/directory";
    this.credentials = credentials;
  }

  /** What a file would change or has changed, or what is wrong with it. */
  public record Answer(
      boolean accepted, long version, List<String> changes, List<String> problems) {}

  /** True if no organization exists yet. */
  public boolean isEmpty() throws IOException, InterruptedException {
    return send(request("").GET()).path("organizations").isEmpty();
  }

  public Answer apply(String yaml, boolean dryRun) throws IOException, InterruptedException {
    JsonNode answer =
        send(
            request("/apply?dryRun=" + dryRun)
                .header("Content-Type", "application/yaml")
                .POST(HttpRequest.BodyPublishers.ofString(yaml)));
    List<String> problems = new ArrayList<>();
    for (JsonNode problem : answer.path("problems")) {
      problems.add(problemLine(problem));
    }
    List<String> changes = new ArrayList<>();
    for (JsonNode change : answer.path("changes")) {
      changes.add(changeLine(change));
    }
    return new Answer(problems.isEmpty(), answer.path("version").asLong(-1), changes, problems);
  }

  private static String problemLine(JsonNode problem) {
    StringBuilder line = new StringBuilder();
    if (problem.path("line").asInt(0) > 0) {
      line.append("line ").append(problem.path("line").asInt());
      line.append(", column ").append(problem.path("column").asInt()).append(": ");
    }
    for (String part : List.of("object", "field")) {
      if (!problem.path(part).asText("").isEmpty()) {
        line.append(problem.path(part).asText()).append(part.equals("object") ? " " : ": ");
      }
    }
    line.append(problem.path("problem").asText());
    if (!problem.path("cure").asText("").isEmpty()) {
      line.append("; ").append(problem.path("cure").asText());
    }
    return line.toString();
  }

  private static String changeLine(JsonNode change) {
    if (change.isTextual()) {
      return change.asText();
    }
    StringBuilder line = new StringBuilder();
    line.append(change.path("change").asText()).append(" ").append(change.path("object").asText());
    for (JsonNode field : change.path("fields")) {
      line.append("\n    ").append(field.isTextual() ? field.asText() : fieldLine(field));
    }
    return line.toString();
  }

  private static String fieldLine(JsonNode field) {
    return field.path("field").asText()
        + ": "
        + field.path("before").asText("-")
        + " -> "
        + field.path("after").asText("-");
  }

  private HttpRequest.Builder request(String path) throws IOException {
    String secret = Files.readString(credentials).strip();
    return HttpRequest.newBuilder(URI.create(base + path))
        .timeout(Duration.ofSeconds(20))
        .header("Accept", "application/json")
        .header(
            "Authorization",
            "Basic " + Base64.getEncoder().encodeToString(secret.getBytes(StandardCharsets.UTF_8)));
  }

  private static JsonNode send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    HttpResponse<String> response =
        HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 200 && response.statusCode() != 422) {
      throw new IOException(
          "policy-service answered " + response.statusCode() + ": " + response.body());
    }
    return JSON.readTree(response.body());
  }
}
