package io.postern.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a call that failed, as {@code application/problem+json} (RFC 9457). Its texts are
 * for an administrator and hold nothing secret and nothing of another organization (G8).
 *
 * @param type a URI reference of the page that explains the kind of problem, which each service
 *     serves; "about:blank": none
 * @param title the kind of problem, the same for each of its kind
 * @param status HTTP status code
 * @param detail what is wrong here, a sentence
 * @param errors the faults, each with its place and its cure
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Problem(String type, String title, int status, String detail, List<Fault> errors) {
  public static final String MEDIA_TYPE = "application/problem+json";
  public static final int UNPROCESSABLE = 422;

  /** The anchors of docs/reference/problems.md. */
  private static final Map<Integer, String> KINDS =
      Map.ofEntries(
          Map.entry(400, "bad-request"),
          Map.entry(401, "not-signed-in"),
          Map.entry(403, "not-allowed"),
          Map.entry(404, "not-found"),
          Map.entry(405, "method-not-allowed"),
          Map.entry(406, "not-acceptable"),
          Map.entry(409, "conflict"),
          Map.entry(412, "changed-meanwhile"),
          Map.entry(413, "too-large"),
          Map.entry(415, "media-type"),
          Map.entry(422, "not-valid"),
          Map.entry(428, "version-missing"),
          Map.entry(429, "too-many-requests"),
          Map.entry(500, "internal-error"),
          Map.entry(503, "unavailable"),
          Map.entry(504, "no-answer-in-time"));

  /**
   * One fault of the request.
   *
   * @param pointer JSON Pointer (RFC 6901) into the body, such as {@code /tlsDomain}; or the name
   *     of the query parameter or header field
   * @param object key of the object of the directory that it is in; empty: none
   * @param problem the fault, a sentence
   * @param cure the right value, or the way to it; empty: the problem says it
   * @param line of a file, from 1; null: the request is none
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Fault(
      String pointer, String object, String problem, String cure, @Nullable Integer line) {
    public Fault(String pointer, String problem, String cure) {
      this(pointer, problem, cure, null);
    }

    public Fault(String pointer, String problem, String cure, @Nullable Integer line) {
      this(pointer, "", problem, cure, line);
    }
  }

  public Problem {
    errors = List.copyOf(errors);
  }

  public static Problem of(int status, String title, String detail) {
    return of(status, title, detail, List.of());
  }

  public static Problem of(int status, String title, String detail, List<Fault> errors) {
    return new Problem(type(status), title, status, detail, errors);
  }

  /** The page of the problems that are answered with this status code. */
  public static String type(int status) {
    String kind = KINDS.get(status);
    return kind == null ? "about:blank" : "/problems#" + kind;
  }
}
