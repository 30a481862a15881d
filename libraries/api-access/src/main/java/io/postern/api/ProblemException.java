package io.postern.api;

import java.util.List;

/** The end of a call that is answered with a {@link Problem}. Thrown by resources; not logged. */
public final class ProblemException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Problem problem;
  private final int againSeconds;

  public ProblemException(Problem problem) {
    this(problem, 0);
  }

  /**
   * @param againSeconds after which the same call may succeed, for Retry-After; 0: not known
   */
  public ProblemException(Problem problem, int againSeconds) {
    super(problem.detail(), null, false, false);
    this.problem = problem;
    this.againSeconds = againSeconds;
  }

  /** 400: a parameter, header field or body is not as it must be. */
  public static ProblemException badRequest(String pointer, String fault, String cure) {
    return new ProblemException(
        Problem.of(
            400,
            "Bad request",
            pointer + ": " + fault,
            List.of(new Problem.Fault(pointer, fault, cure))));
  }

  /**
   * 404: there is no such object, or it is of an organization that the caller does not see: both
   * are answered alike (G8).
   */
  public static ProblemException notFound(String what) {
    return new ProblemException(Problem.of(404, "Not found", "No such " + what + "."));
  }

  /** 409: it contradicts the state of what it concerns. */
  public static ProblemException conflict(String detail) {
    return new ProblemException(Problem.of(409, "Conflict", detail));
  }

  /** 413. */
  public static ProblemException tooLarge(String detail) {
    return new ProblemException(Problem.of(413, "Too large", detail));
  }

  /** 422: it can be read, and cannot be done. */
  public static ProblemException notValid(String detail) {
    return new ProblemException(Problem.of(Problem.UNPROCESSABLE, "Not valid", detail));
  }

  /** 429: the caller, or its organization, has asked for too much lately. */
  public static ProblemException tooManyRequests(String detail) {
    return new ProblemException(Problem.of(429, "Too many requests", detail));
  }

  /** 503: try again. */
  public static ProblemException unavailable(String detail) {
    return new ProblemException(Problem.of(503, "Unavailable", detail));
  }

  /** 503: Kafka did not answer within 10 s. */
  public static ProblemException kafkaAway() {
    return new ProblemException(
        Problem.of(503, "Kafka is unavailable", "Kafka could not be read or written within 10 s."));
  }

  /** 504: no answer in time; a change may still be made. */
  public static ProblemException timedOut(String detail) {
    return new ProblemException(Problem.of(504, "No response in time", detail));
  }

  /** 403: the caller sees the object, and may not do this to it. */
  public static ProblemException forbidden(String detail) {
    return new ProblemException(Problem.of(403, "Not allowed", detail));
  }

  public Problem problem() {
    return problem;
  }

  public int againSeconds() {
    return againSeconds;
  }
}
