package io.postern.operator.audit;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/** The report as JSON: all alarms that were kept. */
public final class AuditJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private AuditJson() {}

  public static ObjectNode of(AuditReport report) {
    ObjectNode root = JSON.createObjectNode();
    root.put("clean", report.clean());
    tally(root.putObject("all"), report.mail());
    ObjectNode organizations = root.putObject("organizations");
    report.organizations().forEach((name, t) -> tally(organizations.putObject(name), t));
    tally(root.putObject("dsns"), report.dsns());
    ObjectNode dsns = root.putObject("dsnsByOrganization");
    report.dsnsByOrganization().forEach((name, t) -> tally(dsns.putObject(name), t));
    ObjectNode uncounted = root.putObject("uncounted");
    report.uncounted().forEach((kind, n) -> uncounted.put(name(kind), n));
    root.put("leftOut", report.leftOut());
    root.put("looks", report.looks());
    root.put("unreadableCount", report.unreadableCount());
    ArrayNode unreadable = root.putArray("unreadable");
    report.unreadable().forEach(r -> unreadable.add(r.toString()));
    ArrayNode notes = root.putArray("notes");
    report.notes().forEach(notes::add);
    ObjectNode counts = root.putObject("alarmCounts");
    report.alarmCounts().forEach((kind, n) -> counts.put(name(kind), n));
    ArrayNode alarms = root.putArray("alarms");
    for (Alarm alarm : report.alarms()) {
      ObjectNode one = alarms.addObject();
      one.put("kind", name(alarm.kind()));
      if (!alarm.queueId().isEmpty()) {
        one.put("queueId", alarm.queueId());
      }
      if (alarm.recipient() >= 0) {
        one.put("recipient", alarm.recipient());
      }
      one.put("lookedAt", alarm.lookedAt());
    }
    return root;
  }

  private static void tally(ObjectNode node, Tally tally) {
    node.put("messages", tally.messages());
    node.put("accepted", tally.accepted());
    node.put("delivered", tally.delivered());
    node.put("failed", tally.failed());
    node.put("expired", tally.expired());
    node.put("cancelled", tally.cancelled());
    node.put("pending", tally.pending());
    node.put("balanced", tally.balanced());
    node.put("foundNowhere", tally.foundNowhere());
    node.put("foundTwice", tally.foundTwice());
    node.put("late", tally.late());
    node.put("perhapsTwice", tally.perhapsTwice());
    ObjectNode places = node.putObject("pendingByPlace");
    tally.pendingByPlace().forEach((place, n) -> places.put(name(place), n));
    ObjectNode duplicates = node.putObject("duplicates");
    tally.duplicates().forEach((cause, n) -> duplicates.put(name(cause), n));
  }

  private static String name(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
