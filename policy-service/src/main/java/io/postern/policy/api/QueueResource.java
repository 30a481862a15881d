package io.postern.policy.api;

import io.postern.api.Caller;
import io.postern.api.ProblemException;
import io.postern.api.Rights;
import io.postern.contracts.QueueId;
import io.postern.contracts.v1.ControlKind;
import io.postern.contracts.v1.MessageControl;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.sending.ControlWriter;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The API of controls: requests for a message that waits or is held, and for a route
 * (docs/design/architecture.md, "Time"). A 202 says that the request is in the log; the scheduler
 * answers in {@code mail.schedule.outcomes} under its control id.
 */
@Path("/api/v1")
@Authenticated
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "queue", description = "The queue: waiting and held mail")
public class QueueResource {
  private static final Logger LOG = Logger.getLogger(QueueResource.class);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int ACCEPTED = 202;
  private static final int MOST_RECIPIENTS = 10_000;
  private static final int MOST_ROUTE = 2_000;
  private static final String ORGANIZATION =
      "The organization whose mail is meant; an administrator of one organization may omit it, for "
          + "an operator the default is all";

  /**
   * A request for a message.
   *
   * @param recipients indexes into the envelope as it was accepted; none: all
   * @param notice of a cancel: whether the sender gets a DSN; not given: yes
   */
  public record QueueRequest(@Nullable List<Integer> recipients, @Nullable Boolean notice) {}

  /**
   * The answer to a request that is in the log; the scheduler obeys within a second.
   *
   * @param controlId of the outcomes that answer the request
   */
  public record QueueAnswer(String controlId) {}

  private final ControlWriter writer;
  private final Caller caller;

  QueueResource(LogSettings settings, Caller caller) {
    writer = new ControlWriter(settings);
    this.caller = caller;
  }

  @POST
  @Path("/queue/{queueId}/{action: hold|release|retry|cancel}")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Holds, releases, retries or cancels a message, or some of its recipients",
      description =
          "While an attempt is in progress, the scheduler keeps the request and carries it out "
              + "when the attempt ends. The sender of a cancelled message gets a notification, "
              + "unless the body has {\"notice\": false}.")
  @APIResponseSchema(
      value = QueueAnswer.class,
      responseCode = "202",
      responseDescription = "Accepted")
  @APIResponse(responseCode = "400", description = "Not a queue id, or not an index of a recipient")
  public Response control(
      @PathParam("queueId") String queueId,
      @PathParam("action") String action,
      @Parameter(description = ORGANIZATION) @QueryParam("organization") @DefaultValue("")
          String organization,
      @Nullable QueueRequest request) {
    String scope = scope(organization);
    List<Integer> recipients =
        request == null || request.recipients() == null ? List.of() : request.recipients();
    if (recipients.size() > MOST_RECIPIENTS
        || recipients.stream().anyMatch(r -> r == null || r < 0)) {
      throw ProblemException.badRequest(
          "/recipients",
          "one is not an index",
          "write indexes into the envelope, from 0, at most " + MOST_RECIPIENTS);
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
      throw ProblemException.notFound("control " + action);
    }
    try {
      QueueId id = QueueId.parse(queueId);
      MessageControl control =
          control(kind, scope)
              .setQueueId(id.value())
              .addAllRecipients(recipients)
              .setWithoutNotice(
                  kind == ControlKind.CANCEL
                      && request != null
                      && Boolean.FALSE.equals(request.notice()))
              .build();
      return publish(control);
    } catch (IllegalArgumentException e) {
      throw ProblemException.badRequest(
          "queueId", String.valueOf(e.getMessage()), "copy the queue id from the trace");
    }
  }

  @POST
  @Path("/routes/{route}/flush")
  @Operation(
      summary = "Retries all queued mail for a route now",
      description =
          "Routes are named as in deliveries: mx:domain, smart:host:port, mailbox:host:port.")
  @APIResponseSchema(
      value = QueueAnswer.class,
      responseCode = "202",
      responseDescription = "Accepted; carried out in parts")
  @APIResponse(
      responseCode = "503",
      description =
          "Kafka is unavailable. Some partitions may have the request: repeating it does "
              + "no harm")
  public Response flush(
      @PathParam("route") String route,
      @Parameter(description = ORGANIZATION) @QueryParam("organization") @DefaultValue("")
          String organization) {
    String scope = scope(organization);
    if (route.isBlank() || route.length() > MOST_ROUTE) {
      throw ProblemException.badRequest(
          "route", "it is not a route", "write a route such as mx:fabrikam.example");
    }
    MessageControl control = control(ControlKind.RETRY_NOW, scope).setRoute(route).build();
    return publish(control);
  }

  private MessageControl.Builder control(ControlKind kind, String scope) {
    // Short, since an entry of the schedule may have to remember it.
    String id = Long.toString(RANDOM.nextLong() & Long.MAX_VALUE, Character.MAX_RADIX);
    return MessageControl.newBuilder()
        .setControlId(id)
        .setKind(kind)
        .setBy(caller.name())
        .setOrganization(scope)
        .setAtMillis(System.currentTimeMillis());
  }

  /**
   * @throws IllegalArgumentException when the queue id names a partition that there is not
   */
  private Response publish(MessageControl control) {
    try {
      writer.publish(List.of(control), PATIENCE);
    } catch (LogUnavailableException e) {
      LOG.warnf("a control was not sent: %s", e);
      throw ProblemException.unavailable("Kafka does not accept the request now: try again.");
    }
    return Response.status(ACCEPTED).entity(new QueueAnswer(control.getControlId())).build();
  }

  /**
   * The organization whose mail alone the scheduler may touch; "": all, for an operator. Here
   * nobody knows whose message has a queue id.
   */
  private String scope(String organization) {
    if (!organization.isEmpty()) {
      caller.requireChange(organization, "organization " + organization);
      return organization;
    }
    Rights rights = caller.rights();
    if (rights.changes().isEmpty()) {
      return "";
    }
    Set<String> mine = rights.changes().orElse(Set.of());
    if (mine.isEmpty()) {
      throw ProblemException.forbidden("This needs the role of an administrator.");
    }
    if (mine.size() > 1) {
      throw ProblemException.badRequest(
          "organization", "you have several", "name the organization of the mail");
    }
    return mine.iterator().next();
  }
}
