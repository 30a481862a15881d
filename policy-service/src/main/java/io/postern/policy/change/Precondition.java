package io.postern.policy.change;

import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.directory.ObjectVersion;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The version of an object, or a user, that a change expects, from If-Match and If-None-Match (RFC
 * 9110 §13.1): an object that exists is changed only by somebody who says which version was seen.
 * Pure.
 */
public final class Precondition {
  private static final int PRECONDITION_REQUIRED = 428; // RFC 6585 §3
  private static final String ANY = "*";

  private Precondition() {}

  /**
   * @param current version of the object, {@link ObjectVersion#NONE}: there is none
   * @return the version that must still be there when the change is made; empty: it is not there
   *     any more, 412
   * @throws ProblemException 428: the caller does not say what was seen; 400: a header is wrong
   */
  public static Optional<String> expected(
      String current, @Nullable String ifMatch, @Nullable String ifNoneMatch) {
    boolean exists = !current.equals(ObjectVersion.NONE);
    if (ifNoneMatch != null) {
      if (!ifNoneMatch.strip().equals(ANY)) {
        throw ProblemException.badRequest(
            "If-None-Match", "only * is allowed here", "write If-None-Match: *");
      }
      return exists ? Optional.empty() : Optional.of(current);
    }
    if (ifMatch == null) {
      if (exists) {
        throw new ProblemException(
            Problem.of(
                PRECONDITION_REQUIRED,
                "Version missing",
                "The object exists: send If-Match with the ETag of the version that you have read.",
                List.of(
                    new Problem.Fault(
                        "If-Match", "it is missing", "write If-Match: \"" + current + "\""))));
      }
      return Optional.of(current);
    }
    for (String tag : ifMatch.split(",")) {
      if (tag.strip().equals(ANY) && exists || unquoted(tag.strip()).equals(current) && exists) {
        return Optional.of(current);
      }
    }
    return Optional.empty();
  }

  /**
   * The version of the directory that a change expects, from If-Match; -1: any.
   *
   * @throws ProblemException 400: it is none
   */
  public static long seen(@Nullable String ifMatch) {
    if (ifMatch == null || ifMatch.strip().equals(ANY)) {
      return -1;
    }
    String version = unquoted(ifMatch.strip());
    if (!version.matches("[0-9]{1,18}|-1")) {
      throw ProblemException.badRequest(
          "If-Match",
          "it is not a version of the directory",
          "write \"seen\" of the previous response, or the ETag of GET /directory");
    }
    return Math.max(0, Long.parseLong(version));
  }

  static String unquoted(String tag) {
    return tag.length() >= 2 && tag.startsWith("\"") && tag.endsWith("\"")
        ? tag.substring(1, tag.length() - 1)
        : tag;
  }

  public static String quoted(String version) {
    return "\"" + version + "\"";
  }
}
