package io.postern.lab.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The table of a service's endpoints and the status that each role gets, from a text resource: a
 * line for each, {@code METHOD PATH | example's path and query | content type | body | statuses},
 * where the statuses are those of nobody, an operator, an administrator and an auditor of the
 * organization {@code contoso}, and an administrator of another one. {@code 200/404} allows both.
 */
public final class AccessTable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PROBLEM = "application/problem+json"; // RFC 9457

  private final List<Row> rows = new ArrayList<>();

  private record Row(
      String method, String path, String example, String type, String body, String[] statuses) {}

  public AccessTable(Class<?> of, String resource) throws IOException {
    try (InputStream text = Objects.requireNonNull(of.getResourceAsStream(resource), resource)) {
      for (String line : new String(text.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
        if (line.isBlank() || line.startsWith("#")) {
          continue;
        }
        String[] parts =
            Arrays.stream(line.split("\\|", -1)).map(String::strip).toArray(String[]::new);
        String[] name = parts[0].split(" ");
        rows.add(
            new Row(
                name[0],
                name[1],
                parts[1].isEmpty() ? name[1] : parts[1],
                parts[2],
                parts[3],
                parts[4].split(" +")));
      }
    }
  }

  /** Endpoints without a row, and rows without an endpoint. */
  public Set<String> differences(String openApi) throws IOException {
    Set<String> described = new LinkedHashSet<>();
    for (Map.Entry<String, JsonNode> path : JSON.readTree(openApi).path("paths").properties()) {
      path.getValue()
          .fieldNames()
          .forEachRemaining(
              method -> {
                if (Set.of("get", "put", "post", "delete", "patch").contains(method)) {
                  described.add(method.toUpperCase(java.util.Locale.ROOT) + " " + path.getKey());
                }
              });
    }
    Set<String> differences = new LinkedHashSet<>(described);
    for (Row row : rows) {
      String name = row.method() + " " + row.path();
      differences.remove(name);
      if (!described.contains(name)) {
        differences.add(name + " is only in the table");
      }
    }
    return differences;
  }

  /**
   * Calls each endpoint as each role.
   *
   * @param authorizations header values by role, in the table's order; "": none
   * @return the answers that are not as the table says
   */
  public List<String> wrong(URI base, List<String> authorizations)
      throws IOException, InterruptedException {
    List<String> wrong = new ArrayList<>();
    try (HttpClient client = HttpClient.newHttpClient()) {
      for (Row row : rows) {
        for (int role = 0; role < authorizations.size(); role++) {
          HttpResponse<String> answer =
              client.send(
                  request(base, row, authorizations.get(role)),
                  HttpResponse.BodyHandlers.ofString());
          String status = Integer.toString(answer.statusCode());
          if (!List.of(row.statuses()[role].split("/")).contains(status)) {
            wrong.add(
                row.method()
                    + " "
                    + row.example()
                    + " role "
                    + role
                    + ": "
                    + status
                    + " in place of "
                    + row.statuses()[role]
                    + ": "
                    + answer.body());
          } else if (answer.statusCode() >= 400 && !answer.body().isEmpty() && !isProblem(answer)) {
            wrong.add(
                row.method()
                    + " "
                    + row.example()
                    + " role "
                    + role
                    + ": no problem+json: "
                    + answer.body());
          }
        }
      }
    }
    return wrong;
  }

  private static boolean isProblem(HttpResponse<String> answer) {
    return answer.headers().firstValue("Content-Type").orElse("").startsWith(PROBLEM);
  }

  private static HttpRequest request(URI base, Row row, String authorization) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve(row.example()))
            .method(
                row.method(),
                row.body().isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(row.body()));
    if (!row.type().isEmpty()) {
      request.header("Content-Type", row.type());
    }
    if (!authorization.isEmpty()) {
      request.header("Authorization", authorization);
    }
    return request.build();
  }
}
