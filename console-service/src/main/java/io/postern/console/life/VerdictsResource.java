package io.postern.console.life;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.api.Caller;
import io.postern.api.ProblemException;
import io.postern.console.life.Life.PathCertificate;
import io.postern.console.store.ReadModel;
import io.postern.console.store.ReadTo;
import io.postern.contracts.Spelling;
import io.postern.contracts.VerdictKey;
import io.postern.contracts.v1.CertificateVerdict;
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

/**
 * The API of verdicts about certificate chains, as they were given
 * (docs/guides/tracing-a-message.md).
 */
@Path("/api/v1/verdicts/{key}")
@Authenticated
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "verdicts", description = "Verdicts on certificate chains, with evidence")
public class VerdictsResource {
  private static final int MOST = 500;

  private final ReadModel model;
  private final Caller caller;

  VerdictsResource(ReadModel model, Caller caller) {
    this.model = model;
    this.caller = caller;
  }

  /**
   * Verdicts on one question: chain, role, anchors, revocation mode.
   *
   * @param verdicts the newest first, at most 500
   */
  public record Answer(List<Given> verdicts, ReadTo readTo) {
    public Answer {
      verdicts = List.copyOf(verdicts);
    }
  }

  /**
   * A verdict as it was given.
   *
   * @param verdict good, bad/reason, unknown/reason
   * @param anchorSet the anchor set's id and version; an empty id is the default set
   * @param path fingerprints, leaf to anchor
   * @param evidence about the revocation of each
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Given(
      String verdict,
      String detail,
      String judgedAt,
      String validUntil,
      List<String> names,
      String anchorSubject,
      String anchorSet,
      String anchorVersion,
      String distrustVersion,
      List<String> path,
      List<PathCertificate> evidence,
      List<PathCertificate> supporting) {}

  @GET
  @RunOnVirtualThread
  @Operation(
      summary = "Verdicts with a key, each with its evidence",
      description =
          "The key is in the trace of a message. It belongs to one chain and its parameters; "
              + "whoever knows it has seen the chain.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = Answer.class)))
  @APIResponse(responseCode = "404", description = "No verdict with this key")
  public Answer verdicts(@PathParam("key") String key) {
    VerdictKey parsed;
    try {
      parsed = new VerdictKey(key);
    } catch (IllegalArgumentException e) {
      throw ProblemException.notFound("verdict " + key);
    }
    List<String> organizations = caller.organizations().map(List::copyOf).orElse(List.of());
    return model.use(
        connection -> read(connection, parsed, caller.organizations().isPresent(), organizations));
  }

  private static Answer read(
      Connection connection, VerdictKey key, boolean limited, List<String> organizations)
      throws SQLException {
    List<Given> verdicts = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            // style: judge/judges/judged/judging/judgement: a column of the database
            "SELECT record FROM verdict WHERE verdict_key = ? ORDER BY judged DESC LIMIT "
                + MOST)) {
      select.setBytes(1, key.bytes());
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          CertificateVerdict verdict = CertificateVerdict.parseFrom(row.getBytes(1));
          if (!limited || isSeen(verdict, organizations)) {
            verdicts.add(given(verdict));
          }
        }
      }
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a verdict is of another version", e);
    }
    if (verdicts.isEmpty()) {
      throw ProblemException.notFound("verdict " + key.hex());
    }
    return new Answer(verdicts, ReadTo.of(connection));
  }

  /** By the default anchors, or by the organization's own ones (G8). */
  private static boolean isSeen(CertificateVerdict verdict, List<String> organizations) {
    String set =
        verdict.hasOwnAnchors() ? verdict.getOwnAnchors().getId() : verdict.getAnchors().getId();
    int slash = set.indexOf('/');
    return set.isEmpty() || organizations.contains(slash < 0 ? set : set.substring(0, slash));
  }

  private static Given given(CertificateVerdict verdict) {
    return new Given(
        Spelling.verdict(verdict),
        verdict.getDetail(),
        Words.time(verdict.getJudgedAtMillis()),
        Words.time(verdict.getValidUntilMillis()),
        verdict.getNamesList(),
        verdict.getAnchorSubject(),
        verdict.getAnchors().getId(),
        verdict.getAnchors().getVersion(),
        verdict.getDistrustVersion(),
        verdict.getPathList().stream().map(Words::hex).toList(),
        verdict.getRevocationList().stream().map(r -> AttemptView.certificate("", r)).toList(),
        verdict.getSupportingList().stream().map(r -> AttemptView.certificate("", r)).toList());
  }
}
