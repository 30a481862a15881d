package io.postern.console.web.operation;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.console.flow.Flow;
import io.postern.console.flow.FlowResource;
import io.postern.console.queue.QueueGroups;
import io.postern.console.queue.QueueParameters;
import io.postern.console.queue.QueueResource;
import io.postern.console.store.ReadTo;
import io.postern.console.web.frame.Ages;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.peers.PeerJson;
import jakarta.inject.Singleton;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;

/** The overview's numbers, each with the list behind it. Any thread that may block. */
@Singleton
class OverviewTiles {
  private static final Set<String> FAILED = Set.of("failed", "expired", "cancelled");

  private final QueueResource queue;
  private final FlowResource flows;

  OverviewTiles(QueueResource queue, FlowResource flows) {
    this.queue = queue;
    this.flows = flows;
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
    Flow flow = flows.read("", today, "", "day");
    long refused = flow.refused().stream().mapToLong(Flow.Refused::refusals).sum();
    tiles.add(count(f, "refused", refused, "/refused?since=" + today, "wait"));
    long failed =
        flow.out().stream()
            .filter(out -> FAILED.contains(out.state()))
            .mapToLong(Flow.Out::recipients)
            .sum();
    tiles.add(count(f, "failed", failed, "/reports/failures?since=" + today, "bad"));
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
}
