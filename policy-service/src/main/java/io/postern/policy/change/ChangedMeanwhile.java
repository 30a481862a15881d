package io.postern.policy.change;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.postern.api.Problem;
import io.postern.directory.DirectoryChange;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a change that another one came before, a problem with the difference (RFC 9457
 * §3.2): 412 where the caller's precondition is not met (RFC 9110 §13.1), 409 where the caller sent
 * none and the other change was made while this one was under way.
 *
 * @param version of the directory that was compared; null: it was a user
 * @param changes what the request would change in what there is now
 * @param current the object as it is now; null: there is none, or the request is of several
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema
public record ChangedMeanwhile(
    String type,
    String title,
    int status,
    String detail,
    @Nullable Long version,
    List<DirectoryChange> changes,
    @Nullable Map<String, Object> current) {
  private static final int PRECONDITION_FAILED = 412;
  private static final int CONFLICT = 409;

  /**
   * @param conditional the caller sent a precondition
   */
  public static Response.ResponseBuilder answer(
      boolean conditional,
      @Nullable Long version,
      List<DirectoryChange> changes,
      @Nullable Map<String, Object> current) {
    int status = conditional ? PRECONDITION_FAILED : CONFLICT;
    return Response.status(status)
        .type(Problem.MEDIA_TYPE)
        .entity(
            new ChangedMeanwhile(
                Problem.type(status),
                conditional ? "Changed in the meantime" : "Conflict",
                status,
                conditional
                    ? "It has been changed since you read it, and nothing was done: read it again, "
                        + "and repeat the change."
                    : "It was changed while this change was in progress, and nothing was done: "
                        + "read it again, and repeat the change.",
                version,
                changes,
                current));
  }
}
