package io.postern.console.queue;

import io.postern.api.ProblemException;
import io.postern.api.Times;
import io.postern.console.search.Conditions;
import io.postern.console.store.Addresses;
import io.postern.names.DomainNames;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The conditions on mail that waits or is held; all hold that are given.
 *
 * @param state waiting or held; none: both
 * @param reason why it waits or is held, such as connect-failed, connector-removed
 * @param route of the next hop, such as mx:fabrikam.example
 * @param connector the outbound one
 * @param organization whose connectors decide about the mail
 * @param from envelope sender
 * @param fromDomain domain of the envelope sender
 * @param to envelope recipient
 * @param toDomain domain of the envelope recipient
 * @param queueId one message
 * @param olderThan accepted before: RFC 3339, a date, or how long ago: 30m, 4h, 2d
 * @param newerThan accepted since, in the same form
 */
@Schema(description = "Conditions on queued mail; all given conditions must match")
public record QueueFilter(
    @Nullable String state,
    @Nullable String reason,
    @Nullable String route,
    @Nullable String connector,
    @Nullable String organization,
    @Nullable String from,
    @Nullable String fromDomain,
    @Nullable String to,
    @Nullable String toDomain,
    @Nullable String queueId,
    @Nullable String olderThan,
    @Nullable String newerThan) {
  private static final Set<String> STATES = Set.of("waiting", "held");

  /**
   * On the tables recipient r and message m.
   *
   * @param organizations whose mail the caller may see or change; empty: all
   * @throws ProblemException 400
   */
  Conditions conditions(Optional<Set<String>> organizations, Instant now) {
    Conditions conditions = new Conditions();
    if (text(state).isEmpty()) {
      conditions.and("r.state IN ('waiting', 'held')");
    } else if (STATES.contains(text(state))) {
      conditions.and("r.state = ?", text(state));
    } else {
      throw ProblemException.badRequest(
          "state", "\"" + state + "\" is not a state of queued mail.", "Write waiting or held.");
    }
    conditions
        // Whose mail it is stands in its acceptance, which may not be read yet.
        .and("r.at IS NOT NULL")
        .given("r.reason = ?", text(reason))
        .given("r.route = ?", text(route))
        .given("r.connector = ?", text(connector))
        .given("r.organization = ?", text(organization))
        .given("m.from_address = ?", Addresses.normal(text(from)))
        .given("m.from_domain = ?", DomainNames.normal(text(fromDomain)))
        .given("r.address = ?", Addresses.normal(text(to)))
        .given("r.domain = ?", DomainNames.normal(text(toDomain)))
        .given("r.queue_id = ?", text(queueId));
    if (!text(olderThan).isEmpty()) {
      conditions.and("r.at < ?", Times.parse("olderThan", text(olderThan), now).toEpochMilli());
    }
    if (!text(newerThan).isEmpty()) {
      conditions.and("r.at >= ?", Times.parse("newerThan", text(newerThan), now).toEpochMilli());
    }
    organizations.ifPresent(
        mine -> conditions.and("r.organization = ANY(?)", (Object) mine.toArray(String[]::new)));
    return conditions;
  }

  /** Nothing is asked for: all mail in the queue. */
  boolean isEmpty() {
    return equals(
        new QueueFilter(null, null, null, null, null, null, null, null, null, null, null, null));
  }

  private static String text(@Nullable String given) {
    return given == null ? "" : given;
  }
}
