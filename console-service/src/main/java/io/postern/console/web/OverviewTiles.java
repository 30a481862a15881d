package io.postern.console.web;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.console.queue.QueueGroups;
import io.postern.console.queue.QueueParameters;
import io.postern.console.queue.QueueResource;
import io.postern.console.reports.Report;
import io.postern.console.reports.ReportsResource;
import io.postern.console.store.ReadTo;
import jakarta.inject.Singleton;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** The overview's numbers, each with the list behind it. Any thread that may block. */
@Singleton
class OverviewTiles {
  private static final String NUMBER = "recipients";

  private final QueueResource queue;
  private final ReportsResource reports;

  OverviewTiles(QueueResource queue, ReportsResource reports) {
    this.queue = queue;
    this.reports = reports;
  }

  /**
   * @param number as it is shown, or a time
   * @param detail a further line; empty: none
   * @param mark good, wait or bad, beside the words
   */
  public record Tile(String label, String number, String detail, String href, String mark) {}

  /**
   * @param ending the answer about certificates that end; empty: there is none
   */
  List<Tile> of(Frame f, Optional<JsonNode> ending, ReadTo readTo) {
    List<Tile> tiles = new ArrayList<>();
    List<QueueGroups.Group> groups = queue.groups(new QueueParameters(), "state").groups();
    tiles.add(count(f, "waiting", count(groups, "waiting"), "/queue?state=waiting", "wait"));
    tiles.add(count(f, "held", count(groups, "held"), "/queue?state=held", "bad"));
    groups.stream()
        .min(Comparator.comparing(QueueGroups.Group::oldest))
        .ifPresent(
            group ->
                tiles.add(
                    new Tile(
                        f.t("overview.oldest"),
                        Ages.since(f, group.oldest()),
                        f.time(group.oldest()),
                        "/queue",
                        "wait")));
    String today = LocalDate.now(ZoneOffset.UTC).toString();
    tiles.add(
        count(f, "refused", sum("refused", "refusals", today), "/refused?since=" + today, "wait"));
    tiles.add(
        count(
            f,
            "failed",
            sum("failures", NUMBER, today),
            "/reports/failures?since=" + today,
            "bad"));
    ending.ifPresent(answer -> tiles.add(ending(f, answer)));
    long behind = readTo.topics().stream().mapToLong(ReadTo.Topic::lag).sum();
    tiles.add(count(f, "behind", behind, "/settings#read-model", "wait"));
    long lost =
        readTo.topics().stream().mapToLong(topic -> topic.unreadable() + topic.lost()).sum();
    if (lost > 0) {
      tiles.add(count(f, "unreadable", lost, "/settings#read-model", "bad"));
    }
    return tiles;
  }

  /** An anchor of the default set that ends needs nobody: its set's maker replaces it. */
  private static Tile ending(Frame f, JsonNode answer) {
    long count =
        StreamSupport.stream(answer.path("certificates").spliterator(), false)
            .filter(each -> !PeerJson.text(each, "kind").equals("anchor"))
            .count();
    return count(f, "ending", count, "/certificates?withinDays=30", "bad");
  }

  private static Tile count(Frame f, String name, long count, String href, String mark) {
    return new Tile(f.t("overview." + name), f.number(count), "", href, count == 0 ? "good" : mark);
  }

  private static long count(List<QueueGroups.Group> groups, String state) {
    return groups.stream()
        .filter(group -> group.name().equals(state))
        .mapToLong(QueueGroups.Group::recipients)
        .sum();
  }

  private long sum(String name, String column, String day) {
    Report report = reports.report(name, "", day, day);
    int index = report.columns().indexOf(column);
    return report.rows().stream()
        .map(row -> row.get(index))
        .mapToLong(value -> value instanceof Number number ? number.longValue() : 0)
        .sum();
  }
}
