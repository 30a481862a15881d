package io.postern.policy.access;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.api.Caller;
import io.postern.api.CallerPlaces;
import io.postern.api.ProblemException;
import io.postern.api.Times;
import io.postern.bounds.Bound;
import io.postern.bounds.Share;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.AccessEvent;
import io.postern.log.LogSettings;
import io.postern.log.reading.TopicScan;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaException;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The records of access for operators, read from their topic at each call. Two calls at a time, 10
 * s each; memory for the events of an answer.
 */
@Path("/api/v1/access-events")
@Authenticated
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "users")
public class AccessEventsResource {
  private static final Logger LOG = Logger.getLogger(AccessEventsResource.class);
  private static final Duration ANSWER = Duration.ofSeconds(5);
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final int MOST = 1_000;
  private static final CallerPlaces PLACES = new CallerPlaces(Bound.ACCESS_EVENTS);

  private final Caller caller;
  private final LogSettings settings;

  AccessEventsResource(Caller caller, LogSettings settings) {
    this.caller = caller;
    this.settings = settings;
  }

  /**
   * @param at RFC 3339
   * @param kind signed-in, sign-in-refused, signed-out, token-issued, user-created, user-removed,
   *     roles-changed, password-changed, sessions-ended, emergency-sign-in, rights-refused,
   *     second-factor-added, second-factor-removed
   * @param user whose access it is; absent: an unknown name
   * @param by who did it
   * @param client address, or network of counted refusals
   * @param service where it happened
   * @param count of a minute, of refusals or of repeats of an event; absent: one event
   * @param rolesBefore of a changed user
   * @param rolesAfter of a new or changed user
   * @param detail what was refused, or how the user signed in
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Event(
      String at,
      String kind,
      String user,
      String by,
      String client,
      String service,
      long count,
      List<String> rolesBefore,
      List<String> rolesAfter,
      String detail) {
    static Event of(AccessEvent event) {
      return new Event(
          Instant.ofEpochMilli(event.getAtMillis()).toString(),
          event.getKind().name().toLowerCase(Locale.ROOT).replace('_', '-'),
          event.getUser(),
          event.getBy(),
          event.getClient(),
          event.getService(),
          event.getCount(),
          event.getRolesBeforeList(),
          event.getRolesAfterList(),
          event.getDetail());
    }
  }

  /**
   * @param events newest first
   * @param older there are older ones in the time range
   * @param unreadable records in the time range that are left out, since they cannot be read
   */
  public record Events(List<Event> events, boolean older, long unreadable) {}

  @GET
  @Operation(
      summary = "Who signed in, who changed who may, and what was refused, newest first",
      description =
          "Kept for 400 days. Refusals are counted by minute, user and network, repeats of an event "
              + "by minute. For operators.")
  @APIResponseSchema(Events.class)
  @APIResponse(responseCode = "503", description = "Kafka does not respond, or too many calls")
  public Events events(
      @Parameter(description = "RFC 3339, a day, or how long ago: 4h, 2d")
          @QueryParam("since")
          @DefaultValue("7d")
          String since,
      @Parameter(description = "In the same form; now without it")
          @QueryParam("until")
          @DefaultValue("")
          String until,
      @Parameter(description = "Of this user, or done by this user")
          @QueryParam("user")
          @DefaultValue("")
          String user,
      @Parameter(description = "1 to 1,000") @QueryParam("limit") @DefaultValue("100") int limit) {
    caller.requireOperator();
    if (limit < 1 || limit > MOST) {
      throw ProblemException.badRequest("limit", "it is " + limit, "write 1 to " + MOST);
    }
    Instant now = Instant.now();
    long first = Times.parse("since", since, now).toEpochMilli();
    long last = until.isEmpty() ? Long.MAX_VALUE : Times.parse("until", until, now).toEpochMilli();
    try (Share.Held _ = PLACES.take(caller)) {
      return read(first, last, user, limit);
    } catch (TimeoutException | KafkaException e) {
      throw ProblemException.unavailable(
          "The records were not read to their end in time: try again, or a shorter time range.");
    }
  }

  private Events read(long first, long last, String user, int limit) throws TimeoutException {
    Deque<Event> newest = new ArrayDeque<>();
    boolean[] older = {false};
    long[] unreadable = {0};
    try (TopicScan scan = new TopicScan(settings, ANSWER)) {
      scan.readWhile(
          scan.partitions(Topics.ACCESS_AUDIT),
          first,
          LIMIT,
          record -> {
            if (record.timestamp() > last) {
              return false;
            }
            AccessEvent event = parsed(record.value());
            if (event == null) {
              if (unreadable[0]++ == 0) {
                LOG.warnf(
                    "%s offset %d cannot be read, and is left out of the records of access",
                    record.topic(), record.offset());
              }
              return true;
            }
            if (user.isEmpty() || user.equals(event.getUser()) || user.equals(event.getBy())) {
              newest.addLast(Event.of(event));
              if (newest.size() > limit) {
                newest.removeFirst();
                older[0] = true;
              }
            }
            return true;
          });
    }
    List<Event> events = new ArrayList<>(newest);
    Collections.reverse(events);
    return new Events(events, older[0], unreadable[0]);
  }

  /** Null: one bad record must not hide the others. */
  private static @Nullable AccessEvent parsed(byte @Nullable [] record) {
    try {
      return record == null ? null : AccessEvent.parseFrom(record);
    } catch (InvalidProtocolBufferException e) {
      return null;
    }
  }
}
