package io.postern.policy.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.postern.api.Problem;
import io.postern.directory.DirectoryChange;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The answer 412, a problem with the difference (RFC 9457 §3.2).
 *
 * @param version of the directory that was compared; null: it was a user
 * @param changes what the request would change in what there is now
 * @param current the object as it is now; null: there is none, or the request is of several
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ChangedMeanwhile(
    String type,
    String title,
    int status,
    String detail,
    @Nullable Long version,
    List<DirectoryChange> changes,
    @Nullable Map<String, Object> current) {
  private static final int STATUS = 412;

  static Response.ResponseBuilder answer(
      @Nullable Long version,
      List<DirectoryChange> changes,
      @Nullable Map<String, Object> current) {
    return Response.status(STATUS)
        .type(Problem.MEDIA_TYPE)
        .entity(
            new ChangedMeanwhile(
                Problem.type(STATUS),
                "Changed in the meantime",
                STATUS,
                "It has been changed since you read it, and nothing was done: read it again, and "
                    + "repeat the change.",
                version,
                changes,
                current));
  }
}
