package io.postern.e2e.kills;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.e2e.kills.Findings.Kind;
import io.postern.operator.api.ConsoleClient;
import io.postern.operator.audit.AuditReport;
import io.postern.stack.Service;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The read model against the audit, recipient by recipient, by console-service's own search: both
 * read the same log, one in pieces between kills and the other in one go. Owner: one thread, after
 * everything has come to rest.
 */
final class ReadModelCheck {
  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final Duration BETWEEN = Duration.ofSeconds(1);
  private static final String PAGE = "500";

  private final ConsoleClient console;

  ReadModelCheck(World world) {
    console = new ConsoleClient(world.stack().api(Service.CONSOLE));
  }

  /**
   * Waits until both say the same, a bounded time; what differs then is a finding.
   *
   * @return a line for people
   */
  String compare(AuditReport audit, Findings findings) throws InterruptedException {
    Map<String, List<String>> expected = statesBy(audit);
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      Map<String, List<String>> actual;
      String problem = "";
      try {
        actual = states();
      } catch (IOException e) {
        actual = Map.of();
        problem = e.toString();
      }
      if (actual.equals(expected)) {
        return "read model: %d messages, %d recipients, each in the state of the audit"
            .formatted(actual.size(), actual.values().stream().mapToInt(List::size).sum());
      }
      if (System.nanoTime() - end > 0) {
        differences(expected, actual, problem, findings);
        return "read model: NOT as the audit";
      }
      Thread.sleep(BETWEEN);
    }
  }

  private static void differences(
      Map<String, List<String>> expected,
      Map<String, List<String>> actual,
      String problem,
      Findings findings) {
    Map<String, String> different = new TreeMap<>();
    expected.forEach(
        (queueId, states) -> {
          if (!states.equals(actual.get(queueId))) {
            different.put(queueId, "audit " + states + ", read model " + actual.get(queueId));
          }
        });
    actual.forEach(
        (queueId, states) -> {
          if (!expected.containsKey(queueId)) {
            different.put(queueId, "the audit knows nothing of it, read model " + states);
          }
        });
    different.forEach((queueId, what) -> findings.add(Kind.READ_MODEL, queueId, what));
    if (!problem.isEmpty()) {
      findings.add(Kind.READ_MODEL, "", problem);
    }
  }

  /** By queue id, the states of the recipients in their order. */
  private static Map<String, List<String>> statesBy(AuditReport audit) {
    Map<String, TreeMap<Integer, String>> recipients = new HashMap<>();
    audit
        .recipients()
        .forEach(
            answer ->
                recipients
                    .computeIfAbsent(answer.queueId(), any -> new TreeMap<>())
                    .put(answer.recipient(), answer.state().name().toLowerCase(Locale.ROOT)));
    Map<String, List<String>> states = new HashMap<>();
    recipients.forEach((queueId, of) -> states.put(queueId, List.copyOf(of.values())));
    return states;
  }

  private Map<String, List<String>> states() throws IOException, InterruptedException {
    Map<String, List<String>> states = new HashMap<>();
    Map<String, String> query = new HashMap<>(Map.of("since", "1d", "limit", PAGE));
    while (true) {
      JsonNode page = console.get("/messages", query);
      for (JsonNode entry : page.path("found")) {
        JsonNode message = entry.path("message");
        List<String> of = new ArrayList<>();
        message
            .path("recipients")
            .forEach(recipient -> of.add(asTheAudit(recipient.path("state").asText())));
        states.put(message.path("queueId").asText(), of);
      }
      String next = page.path("next").asText("");
      if (next.isEmpty()) {
        return states;
      }
      query.put("after", next.replaceFirst(".*[?&]after=([^&]*).*", "$1"));
    }
  }

  /** The audit has fewer states. */
  private static String asTheAudit(String state) {
    return switch (state) {
      case "expired" -> "failed";
      case "waiting", "held" -> "pending";
      default -> state;
    };
  }
}
