package io.postern.lab.api;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * The table of a service's endpoints and the status that each role gets, from a text resource: a
 * line for each, {@code METHOD PATH | example's path and query | content type | body | statuses},
 * where the statuses are those of nobody, an operator, an administrator and an auditor of the
 * organization {@code contoso}, and an administrator of another one. {@code 200/404} allows both,
 * {@code sign-in} is a page's way to the sign-in. {@code {proof}} in a body is what forms of the
 * caller's session carry.
 */
public final class AccessTable {
  private static final String PROBLEM = "application/problem+json"; // RFC 9457
  private static final String PAGE = "text/html";
  private static final String TO_SIGN_IN = "sign-in";
  private static final String PROOF = "{proof}";

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

  /**
   * Endpoints without a row, and rows without an endpoint; hidden ones too, as pages are.
   *
   * @param classes of the service, resources among them
   */
  public Set<String> differences(Collection<Class<?>> classes) {
    Set<String> there = Endpoints.of(classes);
    Set<String> differences = new TreeSet<>(there);
    for (Row row : rows) {
      String name = row.method() + " " + row.path();
      differences.remove(name);
      if (!there.contains(name)) {
        differences.add(name + " is only in the table");
      }
    }
    return differences;
  }

  /**
   * Calls each endpoint as each role.
   *
   * @param base the service, which takes X-Forwarded-Proto as a balancer's
   * @param authorizations header values by role, in the table's order; "": none
   * @return the answers that are not as the table says, or lack a header field of all answers
   */
  public List<String> wrong(URI base, List<String> authorizations)
      throws IOException, InterruptedException {
    List<String> wrong = new ArrayList<>();
    try (HttpClient client = HttpClient.newHttpClient()) {
      for (Row row : rows) {
        for (int role = 0; role < authorizations.size(); role++) {
          HttpResponse<String> answer = answer(client, base, row, authorizations.get(role));
          String problem = problem(row, role, answer);
          if (!problem.isEmpty()) {
            wrong.add(
                row.method()
                    + " "
                    + row.example()
                    + " role "
                    + role
                    + ": "
                    + answer.statusCode()
                    + ": "
                    + problem
                    + ": "
                    + answer.body());
          }
        }
      }
    }
    return wrong;
  }

  /**
   * The endpoints that answer a user without any role otherwise than with 403, though they are not
   * public: METHOD PATH STATUS.
   */
  public Set<String> openWithoutRole(URI base, String authorization)
      throws IOException, InterruptedException {
    Set<String> open = new TreeSet<>();
    try (HttpClient client = HttpClient.newHttpClient()) {
      for (Row row : rows) {
        if (row.statuses()[0].equals("401") || row.statuses()[0].equals(TO_SIGN_IN)) {
          int status = answer(client, base, row, authorization).statusCode();
          if (status != 403) {
            open.add(row.method() + " " + row.path() + " " + status);
          }
        }
      }
    }
    return open;
  }

  /** Credentials by HTTP Basic (RFC 7617). */
  public static String basic(String name, String password) {
    return "Basic "
        + Base64.getEncoder()
            .encodeToString((name + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  /** Empty: it is as the row says. */
  private static String problem(Row row, int role, HttpResponse<String> answer) {
    String wanted = row.statuses()[role];
    if (!List.of(wanted.split("/")).contains(Integer.toString(answer.statusCode()))
        && !(wanted.equals(TO_SIGN_IN) && leadsToSignIn(answer))) {
      return "in place of " + wanted;
    }
    if (answer.statusCode() >= 400 && !answer.body().isEmpty() && !isProblem(row, answer)) {
      return "no problem+json";
    }
    if (!header(answer, "Strict-Transport-Security").equals("max-age=31536000")) {
      return "no HSTS";
    }
    String kept = header(answer, "Cache-Control");
    boolean isPublic = row.statuses()[0].contains("200");
    return kept.equals("no-store") || isPublic && kept.startsWith("public, max-age=")
        ? ""
        : "may be kept (" + kept + ")";
  }

  private static boolean leadsToSignIn(HttpResponse<String> answer) {
    return answer.statusCode() == 303 && header(answer, "Location").startsWith("/sign-in?");
  }

  private static boolean isProblem(Row row, HttpResponse<String> answer) {
    String type = header(answer, "Content-Type");
    return type.startsWith(PROBLEM) || !row.path().startsWith("/api/") && type.startsWith(PAGE);
  }

  private static String header(HttpResponse<String> answer, String name) {
    return answer.headers().firstValue(name).orElse("");
  }

  private static HttpResponse<String> answer(
      HttpClient client, URI base, Row row, String authorization)
      throws IOException, InterruptedException {
    String body = row.body().replace("\\r\\n", "\r\n").replace(PROOF, proof(authorization));
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve(row.example()))
            .header("X-Forwarded-Proto", "https")
            .method(
                row.method(),
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (!row.type().isEmpty()) {
      request.header("Content-Type", row.type());
    }
    if (!authorization.isEmpty()) {
      request.header("Authorization", authorization);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** As a page of the session has it in its forms. */
  private static String proof(String authorization) {
    try {
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(
              MessageDigest.getInstance("SHA-256")
                  .digest(("form of " + authorization).getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
