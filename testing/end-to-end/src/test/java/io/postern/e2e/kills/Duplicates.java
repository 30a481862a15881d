package io.postern.e2e.kills;

import io.postern.e2e.kills.Received.Taken;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Why a recipient received one message more than once, by what the peers saw and what was killed
 * when (G5). Of so many receipts all but one must be excused, each by its own facts.
 */
final class Duplicates {
  /** The causes that are allowed. */
  enum Cause {
    REPLY_LOST("(a) the peer took it and its reply was lost or came too late"),
    OUTCOME_LOST("(a) deliverer or log went between the peer's 250 and the durable outcome"),
    PAST_THE_CHECK("(b) past the check before its final dot when its owner was lost"),
    SENT_AGAIN("(c) the sender got no 250 and sent again");

    private final String words;

    Cause(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }
  }

  /** The margin of a time-out: scheduling, a busy machine. */
  private static final Duration LATE = Duration.ofMillis(500);

  private final Disruptions disruptions;
  private final Profile profile;
  private final Map<Cause, Long> counts = new EnumMap<>(Cause.class);

  Duplicates(Disruptions disruptions, Profile profile) {
    this.disruptions = disruptions;
    this.profile = profile;
  }

  void count(Cause cause, long number) {
    if (number > 0) {
      counts.merge(cause, number, Long::sum);
    }
  }

  long count(Cause cause) {
    return counts.getOrDefault(cause, 0L);
  }

  /**
   * Counts the causes of all receipts but one of a queue id's recipient.
   *
   * @return whether G5 explains them
   */
  boolean explained(List<Taken> receipts) {
    List<Cause> causes = new ArrayList<>();
    for (Taken receipt : receipts) {
      String deliverer = deliverer(receipt.client());
      if (!receipt.answered() || tooLate(receipt)) {
        causes.add(Cause.REPLY_LOST);
      } else if (disruptions.mayHaveLostOutcome(receipt, deliverer)
          || disruptions.killedBeforeThePeerRead(receipt, deliverer)) {
        causes.add(Cause.OUTCOME_LOST);
      } else if (disruptions.pastTheCheckWhenPaused(receipt, deliverer)) {
        causes.add(Cause.PAST_THE_CHECK);
      }
    }
    int extra = receipts.size() - 1;
    causes.stream().limit(extra).forEach(cause -> count(cause, 1));
    return causes.size() >= extra;
  }

  private boolean tooLate(Taken receipt) {
    return receipt.takenNanos() - receipt.dotNanos() > profile.end().minus(LATE).toNanos();
  }

  /** {@code gate-2.kills.example} is {@code delivery-service-2}. */
  static String deliverer(String client) {
    String number = client.startsWith("gate-") ? client.substring(5, client.indexOf('.')) : "";
    return number.equals("1") ? "delivery-service" : "delivery-service-" + number;
  }
}
