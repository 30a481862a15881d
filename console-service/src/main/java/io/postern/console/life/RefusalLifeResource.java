package io.postern.console.life;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.api.Caller;
import io.postern.api.ProblemException;
import io.postern.console.sight.Sight;
import io.postern.console.store.ReadModel;
import io.postern.console.store.ReadTo;
import io.postern.contracts.RefusalReference;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The API of one refusal (docs/guides/tracing-a-message.md). */
@Path("/api/v1/refusals/{reference}")
@Authenticated
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "refusals")
public class RefusalLifeResource {
  private static final int MOST = 100;

  private final ReadModel model;
  private final Caller caller;

  RefusalLifeResource(ReadModel model, Caller caller) {
    this.model = model;
    this.caller = caller;
  }

  /**
   * Refusals with one reference.
   *
   * @param refusals the newest first, at most 100: a refusal, the counts behind it, and seldom
   *     another one with the same reference
   */
  public record Answer(List<RefusalLife> refusals, ReadTo readTo) {
    public Answer {
      refusals = List.copyOf(refusals);
    }
  }

  @GET
  @RunOnVirtualThread
  @Operation(
      summary = "The refusal with a reference, and its counts",
      description =
          "With session, certificate, explanation, and everything that it was decided by.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = Answer.class)))
  @APIResponse(responseCode = "404", description = "No such refusal, or the caller may not read it")
  public Answer refusal(@PathParam("reference") String text) {
    String reference;
    try {
      reference = RefusalReference.parse(text);
    } catch (IllegalArgumentException e) {
      throw ProblemException.notFound("refusal " + text);
    }
    Sight sight = Sight.of(caller);
    return model.use(connection -> read(connection, reference, sight));
  }

  private static Answer read(Connection connection, String reference, Sight sight)
      throws SQLException {
    List<RefusalLife> refusals = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT at, organization, reported_organization, record FROM refusal WHERE reference = ?"
                + " ORDER BY at DESC, partition, log_offset DESC LIMIT "
                + MOST)) {
      select.setString(1, reference);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          if (sight.seesRefusal(row.getString(2), row.getString(3))) {
            refusals.add(RefusalLife.of(row.getLong(1), row.getBytes(4), sight));
          }
        }
      }
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a record of " + reference + " is of another version", e);
    }
    if (refusals.isEmpty()) {
      throw ProblemException.notFound("refusal " + reference);
    }
    return new Answer(refusals, ReadTo.of(connection));
  }
}
