package io.postern.operator.commands;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.operator.api.ConsoleClient;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The mail that the caller may see, by the numbers of the console's overview: the queue now, and
 * the mail that was accepted since midnight (UTC) in its present state. Immutable.
 *
 * @param queued recipients in the queue, those that are held included
 * @param held recipients that need an administrator
 * @param oldest acceptance of the oldest recipient in the queue, RFC 3339; null: the queue is empty
 * @param recordsBehind records that the read model has not read yet
 * @param recordsLost records that Kafka had deleted before, or that cannot be read
 */
record MailStatus(
    long queued,
    long held,
    @Nullable String oldest,
    Today today,
    long recordsBehind,
    long recordsLost) {

  /**
   * @param since RFC 3339
   * @param accepted recipients of mail in
   * @param failed recipients that failed for good, expired included
   * @param refused recipients and messages that ingress refused
   */
  record Today(
      String since, long accepted, long delivered, long failed, long cancelled, long refused) {}

  static MailStatus of(ConsoleClient console) throws IOException, InterruptedException {
    String today = LocalDate.now(ZoneOffset.UTC).toString();
    return of(
        console.get("/queue/groups", Map.of("by", "state")),
        console.get("/flow", Map.of("since", today, "step", "day")));
  }

  static MailStatus of(JsonNode queue, JsonNode flow) {
    JsonNode groups = queue.path("groups");
    JsonNode out = flow.path("out");
    JsonNode topics = flow.at("/readTo/topics");
    return new MailStatus(
        sum(groups, "recipients"),
        sum(groups, "held"),
        StreamSupport.stream(groups.spliterator(), false)
            .map(group -> Instant.parse(group.path("oldest").asText()))
            .min(Instant::compareTo)
            .map(Instant::toString)
            .orElse(null),
        new Today(
            flow.path("since").asText(),
            sum(flow.path("in"), "recipients"),
            in(out, "delivered"),
            in(out, "failed") + in(out, "expired"),
            in(out, "cancelled"),
            sum(flow.path("refused"), "refusals")),
        sum(topics, "lag"),
        sum(topics, "lost") + sum(topics, "unreadable"));
  }

  private static long in(JsonNode out, String state) {
    return StreamSupport.stream(out.spliterator(), false)
        .filter(each -> each.path("state").asText().equals(state))
        .mapToLong(each -> each.path("recipients").asLong())
        .sum();
  }

  private static long sum(JsonNode list, String number) {
    return StreamSupport.stream(list.spliterator(), false)
        .mapToLong(each -> each.path(number).asLong())
        .sum();
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        line(
            "in the queue",
            "%d recipients, %d of them held%s"
                .formatted(queued, held, oldest == null ? "" : "; the oldest accepted " + oldest)));
    lines.add(
        line(
            "today (UTC)",
            "accepted %d, delivered %d, failed %d, cancelled %d, refused %d"
                .formatted(
                    today.accepted(),
                    today.delivered(),
                    today.failed(),
                    today.cancelled(),
                    today.refused())));
    if (recordsBehind > 0) {
      lines.add(line("read model", recordsBehind + " records of Kafka are not read yet"));
    }
    if (recordsLost > 0) {
      lines.add(line("read model", recordsLost + " records of Kafka were lost or are unreadable"));
    }
    return lines;
  }

  private static String line(String label, String text) {
    return "%-20s %s".formatted(label, text);
  }
}
