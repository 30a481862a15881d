package io.postern.console.web.peers;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.api.Problem;
import io.postern.api.ProblemException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Another service's API, asked in the name of the page's reader: it sees and may what the reader
 * sees and may. Any thread that may block; the time of {@link PageCalls} a call, or the time that
 * the call names, and 16 MiB an answer.
 */
public final class Peer {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String JSON_TYPE = "application/json";
  private static final Set<String> PROBLEM = Set.of("type", "title", "status", "detail", "errors");
  private static final long MOST_BYTES = 16 << 20;
  private static final int FIRST_FAILURE = 400;

  /** A name that a server takes for another folder (RFC 3986 §5.2.4). */
  private static final Pattern CLIMBING = Pattern.compile("/([.]|%2[eE]){1,2}(?=[/?]|$)");

  private final String service;
  private final Optional<URI> base;
  private final HttpClient http;
  private final Reader reader;
  private final PageCalls calls;

  /**
   * In whose name it is asked.
   *
   * @param authorization the value of the reader's header field; empty: none
   * @param address of the reader's client, which the service believes where this one is a trusted
   *     proxy there; null: unknown
   */
  record Reader(String authorization, @Nullable String address) {
    /** Without the token. */
    @Override
    public String toString() {
      return "reader at " + address;
    }
  }

  /**
   * @param base empty: this installation has not said where the service is
   * @param calls of the page that asks
   */
  Peer(String service, Optional<URI> base, HttpClient http, Reader reader, PageCalls calls) {
    this.service = service;
    this.base = base;
    this.http = http;
    this.reader = reader;
    this.calls = calls;
  }

  /**
   * An answer that is no failure.
   *
   * @param etag empty: it has none
   */
  public record Answer(int status, JsonNode body, String etag) {}

  /**
   * @param path below /api/v1, encoded
   * @throws ProblemException the service's own problem; 503: it does not answer
   */
  public JsonNode get(String path) {
    return read(path).body();
  }

  /**
   * What the service shows everybody.
   *
   * @param path of the service, encoded
   */
  public JsonNode getPublic(String path) {
    return sendTo("GET", path, null, null, calls.readingTime(service)).body();
  }

  /** The same for an answer that is no JSON. */
  public String text(String path) {
    Duration patience = calls.readingTime(service);
    HttpRequest request =
        request("/api/v1" + path, "text/plain, application/problem+json", patience).build();
    HttpResponse<String> response = whole(request, patience);
    refuse(response);
    return response.body();
  }

  /** The same with its version. */
  public Answer read(String path) {
    return send("GET", path, null, null, calls.readingTime(service));
  }

  /** The same; empty: there is no such thing, or the reader does not see it. */
  public Optional<JsonNode> find(String path) {
    try {
      return Optional.of(get(path));
    } catch (ProblemException e) {
      if (e.problem().status() == 404) {
        return Optional.empty();
      }
      throw e;
    }
  }

  public Answer post(String path, Object body) {
    return send("POST", path, body, null, changingTime());
  }

  public Answer post(
      String path, @Nullable Object body, @Nullable String ifMatch, Duration patience) {
    return longer(() -> send("POST", path, body, ifMatch, patience));
  }

  /** A call with a time of its own, which is not the page's. */
  private <T> T longer(Supplier<T> call) {
    long begin = System.nanoTime();
    try {
      return call.get();
    } finally {
      calls.waited(Duration.ofNanos(System.nanoTime() - begin));
    }
  }

  /**
   * Sends a file. A problem of 422 that has more than its faults (RFC 9457 §3.2) is an answer too.
   *
   * @param type its media type
   */
  public Answer postFile(
      String path, String type, String file, @Nullable String ifMatch, Duration patience) {
    HttpRequest.Builder request = request("/api/v1" + path, Precondition.seen(ifMatch), patience);
    request.header("Content-Type", type).POST(HttpRequest.BodyPublishers.ofString(file));
    HttpResponse<String> response = longer(() -> whole(request.build(), patience));
    boolean more =
        response.statusCode() == Problem.UNPROCESSABLE
            && parsed(response.body()).properties().stream()
                .anyMatch(member -> !PROBLEM.contains(member.getKey()));
    if (!more) {
      refuse(response);
    }
    return answer(response);
  }

  public Answer put(String path, Object body, @Nullable String ifMatch) {
    return send("PUT", path, body, ifMatch, changingTime());
  }

  /**
   * The same of something that is not there yet.
   *
   * @throws ProblemException 412: it is
   */
  public Answer make(String path, Object body) {
    return sendTo("PUT", "/api/v1" + path, body, Precondition.NONE_THERE, changingTime());
  }

  public Answer delete(String path, @Nullable String ifMatch) {
    return send("DELETE", path, null, ifMatch, changingTime());
  }

  public Answer delete(String path, Object body, @Nullable String ifMatch) {
    return send("DELETE", path, body, ifMatch, changingTime());
  }

  private Duration changingTime() {
    return calls.time(service, PageCalls.TOGETHER);
  }

  /** A header field with which a change is made or refused (RFC 9110 §13.1). */
  private record Precondition(String field, String value) {
    static final Precondition NONE_THERE = new Precondition("If-None-Match", "*");

    static @Nullable Precondition seen(@Nullable String ifMatch) {
      return ifMatch == null ? null : new Precondition("If-Match", ifMatch);
    }
  }

  private Answer send(
      String method,
      String path,
      @Nullable Object body,
      @Nullable String ifMatch,
      Duration patience) {
    return sendTo(method, "/api/v1" + path, body, Precondition.seen(ifMatch), patience);
  }

  private Answer sendTo(
      String method,
      String path,
      @Nullable Object body,
      @Nullable Precondition precondition,
      Duration patience) {
    HttpRequest.Builder request = request(path, precondition, patience);
    if (body != null) {
      request
          .header("Content-Type", JSON_TYPE)
          .method(method, HttpRequest.BodyPublishers.ofString(json(body)));
    } else {
      request.method(method, HttpRequest.BodyPublishers.noBody());
    }
    HttpResponse<String> response = whole(request.build(), patience);
    refuse(response);
    return answer(response);
  }

  private HttpRequest.Builder request(
      String path, @Nullable Precondition precondition, Duration patience) {
    HttpRequest.Builder request =
        request(path, "application/json, application/problem+json", patience);
    if (precondition != null) {
      request.header(precondition.field(), precondition.value());
    }
    return request;
  }

  private HttpRequest.Builder request(String path, String accepted, Duration patience) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(at(path))
            .timeout(patience)
            .header("Accept", accepted)
            .header("Authorization", reader.authorization());
    if (reader.address() != null) {
      request.header("X-Forwarded-For", reader.address());
    }
    return request;
  }

  private Answer answer(HttpResponse<String> response) {
    return new Answer(
        response.statusCode(),
        parsed(response.body()),
        response.headers().firstValue("ETag").orElse(""));
  }

  /**
   * @throws ProblemException the service's own problem, where it answers with one
   */
  private void refuse(HttpResponse<String> response) {
    if (response.statusCode() >= FIRST_FAILURE) {
      throw new ProblemException(problem(response.statusCode(), parsed(response.body())));
    }
  }

  private URI at(String path) {
    if (CLIMBING.matcher(path).find()) {
      throw ProblemException.notFound("object with this name");
    }
    return base.orElseThrow(
            () ->
                unavailable(
                    "This installation does not configure where "
                        + service
                        + " is: set postern.console."
                        + service.replace("-service", "")
                        + "-url."))
        .resolve(path);
  }

  /** The time-out of a request alone ends with the answer's head. */
  private HttpResponse<String> whole(HttpRequest request, Duration patience) {
    CompletableFuture<HttpResponse<String>> response =
        http.sendAsync(
            request,
            HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofString(), MOST_BYTES));
    try {
      HttpResponse<String> whole = response.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      keep(whole);
      return whole;
    } catch (TimeoutException | ExecutionException e) {
      throw calls.away(service);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unavailable("The service is stopping: try again.");
    } finally {
      response.cancel(true);
    }
  }

  private void keep(HttpResponse<String> response) {
    URI at = response.request().uri();
    String query = at.getRawQuery() == null ? "" : "?" + at.getRawQuery();
    boolean json =
        response.headers().firstValue("Content-Type").filter(it -> it.contains("json")).isPresent();
    calls.keep(service + at.getRawPath() + query, response.body(), json);
  }

  private JsonNode parsed(String body) {
    try {
      return body.isEmpty() ? JSON.createObjectNode() : JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw unavailable(service + " does not respond with its API: check its address.");
    }
  }

  private static String json(Object body) {
    try {
      return JSON.writeValueAsString(body);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** The service's sentences; the kind is explained by this service's page. */
  private static Problem problem(int status, JsonNode answer) {
    String title = answer.path("title").asText("");
    return Problem.of(
        status,
        title.isEmpty() ? "Refused" : title,
        answer.path("detail").asText(""),
        faults(answer));
  }

  /** Those of a problem. */
  public static List<Problem.Fault> faults(JsonNode answer) {
    List<Problem.Fault> faults = new ArrayList<>();
    for (JsonNode fault : answer.path("errors")) {
      faults.add(
          new Problem.Fault(
              fault.path("pointer").asText(""),
              fault.path("object").asText(""),
              fault.path("problem").asText(""),
              fault.path("cure").asText(""),
              fault.hasNonNull("line") ? fault.path("line").asInt() : null));
    }
    return faults;
  }

  private static ProblemException unavailable(String detail) {
    return ProblemException.unavailable(detail);
  }
}
