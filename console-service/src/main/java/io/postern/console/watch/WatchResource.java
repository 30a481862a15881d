package io.postern.console.watch;

import io.postern.api.Caller;
import io.postern.api.ProblemException;
import io.postern.api.Times;
import io.postern.console.store.ReadModel;
import io.postern.console.store.ReadTo;
import io.postern.contracts.v1.InboundConnector;
import io.postern.rules.Directory;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * The API of a partner's sessions, which is asked again and again to watch them
 * (docs/guides/forced-tls-with-a-partner.md).
 */
@Path("/api/v1/partner-sessions")
@Authenticated
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "partner-sessions", description = "Sessions that claim to be from a partner")
public class WatchResource {
  private static final Duration LONGEST = Duration.ofMinutes(30);

  /** No organization's: to see whose handshakes failed long ago is not a watch. */
  private static final Duration HANDSHAKES = Duration.ofHours(1);

  private final ReadModel model;
  private final Caller caller;

  WatchResource(ReadModel model, Caller caller) {
    this.model = model;
    this.caller = caller;
  }

  @GET
  @RunOnVirtualThread
  @Operation(
      summary = "Sessions that claim to be an inbound connector's or a described partner",
      description =
          "The first 50 within 30 minutes, with the conditions of the organization's connectors. "
              + "To watch, repeat the request with the answer's since. A partner that no connector "
              + "has needs an administrator of the organization, and so do failed handshakes, which "
              + "are shown for an hour.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = Watch.class)))
  @APIResponse(
      responseCode = "400",
      description = "A parameter is invalid, or the connector matches every client")
  @APIResponse(responseCode = "403", description = "The caller only reads the organization")
  @APIResponse(responseCode = "404", description = "No such organization or inbound connector")
  @APIResponse(
      responseCode = "503",
      description = "The database is unavailable, or the search takes longer than 10 s")
  public Watch sessions(@BeanParam WatchParameters parameters) {
    String organization = parameters.organization;
    if (parameters.connector.isEmpty()) {
      caller.requireChange(organization, "organization " + organization);
    } else {
      caller.requireRead(organization, "inbound connector " + parameters.connector);
    }
    Instant now = Instant.now();
    Instant since = parameters.since.isEmpty() ? now : Times.parse("since", parameters.since, now);
    Instant longest = since.plus(LONGEST);
    Instant asked =
        parameters.until.isEmpty() ? longest : Times.parse("until", parameters.until, now);
    Instant until = asked.isBefore(longest) ? asked : longest;
    boolean handshakes = showsHandshakes(caller.rights().mayChange(organization), since, now);
    return model.use(connection -> read(connection, parameters, since, until, now, handshakes));
  }

  static boolean showsHandshakes(boolean mayChange, Instant since, Instant now) {
    return mayChange && since.isAfter(now.minus(HANDSHAKES));
  }

  private static Watch read(
      Connection connection,
      WatchParameters parameters,
      Instant since,
      Instant until,
      Instant now,
      boolean handshakes)
      throws SQLException {
    String organization = parameters.organization;
    Directory directory = OrganizationObjects.read(connection, organization);
    if (directory.organization(organization).isEmpty()) {
      throw ProblemException.notFound("organization " + organization);
    }
    ClaimedPartner partner =
        parameters.connector.isEmpty()
            ? parameters.partner()
            : ClaimedPartner.of(inbound(directory, organization, parameters.connector));
    if (parameters.isDescribed() && !parameters.connector.isEmpty()) {
      throw ProblemException.badRequest(
          "connector",
          "it and a description identify two partners",
          "write one of them, the connector or domains, names and addresses");
    }
    if (partner.isEmpty()) {
      throw ProblemException.badRequest(
          "connector",
          "nothing identifies the sessions",
          "write a connector, or domains, certificateNames or addresses of the partner");
    }
    PartnerSessions sessions =
        new PartnerSessions(
            connection,
            directory,
            organization,
            partner,
            since.toEpochMilli(),
            until.toEpochMilli(),
            handshakes);
    return sessions.watch(now, ReadTo.of(connection));
  }

  private static InboundConnector inbound(Directory directory, String organization, String name) {
    return directory
        .inboundConnector(organization, name)
        .orElseThrow(() -> ProblemException.notFound("inbound connector " + name));
  }
}
