package io.postern.policy.api;

import io.postern.api.ApiError;
import io.postern.contracts.QueueId;
import io.postern.contracts.v1.ControlKind;
import io.postern.contracts.v1.MessageControl;
import io.postern.log.LogSettings;
import io.quarkus.security.Authenticated;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.security.SecureRandom;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/**
 * The API of controls: requests for a message that waits or is held, and for a route
 * (docs/design/architecture.md, "Time"). A 202 says that the request is in the log; the scheduler
 * answers in {@code mail.schedule.outcomes} under its control id.
 */
@Path("/api/v1")
@Authenticated
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "queue", description = "Mail that waits, and mail that is held")
public class QueueResource {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int BAD_REQUEST = 400;
  private static final int NOT_FOUND = 404;
  private static final int ACCEPTED = 202;
  private static final int MOST_RECIPIENTS = 10_000;
  private static final int MOST_ROUTE = 2_000;

  private final QueueControls controls;
  private final SecurityIdentity identity;

  QueueResource(LogSettings settings, SecurityIdentity identity) {
    controls = new QueueControls(settings);
    this.identity = identity;
  }

  @POST
  @Path("/queue/{queueId}/{action: hold|release|retry|cancel}")
  @Consumes(MediaType.APPLICATION_JSON)
  @RunOnVirtualThread
  @Operation(
      summary = "Holds, releases, retries or cancels a message, or some of its recipients",
      description =
          "While an attempt is open the scheduler remembers the request, and obeys when the attempt"
              + " ends. The sender of a cancelled message gets a notification.")
  @APIResponse(
      responseCode = "202",
      description = "In the log",
      content = @Content(schema = @Schema(implementation = QueueAnswer.class)))
  @APIResponse(
      responseCode = "400",
      description = "No queue id, or no recipient's index",
      content = @Content(schema = @Schema(implementation = ApiError.class)))
  @APIResponse(
      responseCode = "503",
      description = "The log is away",
      content = @Content(schema = @Schema(implementation = ApiError.class)))
  public Response control(
      @PathParam("queueId") String queueId,
      @PathParam("action") String action,
      @Nullable QueueRequest request)
      throws UnavailableException {
    List<Integer> recipients =
        request == null || request.recipients() == null ? List.of() : request.recipients();
    if (recipients.size() > MOST_RECIPIENTS
        || recipients.stream().anyMatch(r -> r == null || r < 0)) {
      return refused(
          "recipients are indexes into the envelope, from 0, at most " + MOST_RECIPIENTS);
    }
    ControlKind kind =
        switch (action) {
          case "hold" -> ControlKind.HOLD;
          case "release" -> ControlKind.RELEASE;
          case "retry" -> ControlKind.RETRY_NOW;
          case "cancel" -> ControlKind.CANCEL;
          default -> ControlKind.CONTROL_KIND_UNSPECIFIED;
        };
    if (kind == ControlKind.CONTROL_KIND_UNSPECIFIED) {
      return Response.status(NOT_FOUND)
          .entity(new ApiError("write hold, release, retry or cancel"))
          .build();
    }
    try {
      QueueId id = QueueId.parse(queueId);
      MessageControl control =
          control(kind).setQueueId(id.value()).addAllRecipients(recipients).build();
      controls.ofMessage(id, control);
      return accepted(control);
    } catch (IllegalArgumentException e) {
      return refused(String.valueOf(e.getMessage()));
    }
  }

  @POST
  @Path("/routes/{route}/flush")
  @RunOnVirtualThread
  @Operation(
      summary = "Retries all that waits for a route now",
      description =
          "Routes are named as in deliveries: mx:domain, smart:host:port, mailbox:host:port.")
  @APIResponse(
      responseCode = "202",
      description = "In the log; taken up in pieces",
      content = @Content(schema = @Schema(implementation = QueueAnswer.class)))
  @APIResponse(
      responseCode = "503",
      description = "The log is away. Some partitions may have it: the same again does no harm",
      content = @Content(schema = @Schema(implementation = ApiError.class)))
  public Response flush(@PathParam("route") String route) throws UnavailableException {
    if (route.isBlank() || route.length() > MOST_ROUTE) {
      return refused("a route is named such as mx:fabrikam.example");
    }
    MessageControl control = control(ControlKind.RETRY_NOW).setRoute(route).build();
    controls.ofRoute(control);
    return accepted(control);
  }

  private MessageControl.Builder control(ControlKind kind) {
    // Short, since an entry of the schedule may have to remember it.
    String id = Long.toString(RANDOM.nextLong() & Long.MAX_VALUE, Character.MAX_RADIX);
    return MessageControl.newBuilder()
        .setControlId(id)
        .setKind(kind)
        .setBy(identity.getPrincipal().getName())
        .setAtMillis(System.currentTimeMillis());
  }

  private static Response accepted(MessageControl control) {
    return Response.status(ACCEPTED).entity(new QueueAnswer(control.getControlId())).build();
  }

  private static Response refused(String why) {
    return Response.status(BAD_REQUEST).entity(new ApiError(why)).build();
  }
}
