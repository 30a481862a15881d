package io.postern.e2e.kills;

import io.postern.lab.PeerManner;
import io.postern.lab.PeerStage;
import io.postern.lab.PeerStep;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How a peer misbehaves: at each stage, each time it comes to it, decided by the seed and the
 * count. Thread-safe. Never waits in the middle of content, since then a final dot would be seen
 * later than it was sent, and the account could not tell when.
 */
final class Faults implements PeerManner {
  private static final PeerStep GO_ON = PeerStep.goOn();

  private final long seed;
  private final Destination destination;
  private final Profile profile;
  private final AtomicLong count = new AtomicLong();

  Faults(long seed, Destination destination, Profile profile) {
    this.seed = seed;
    this.destination = destination;
    this.profile = profile;
  }

  @Override
  public PeerStep at(PeerStage stage) {
    if (!destination.mayReceive()) {
      return GO_ON; // its certificate is its fault
    }
    SplittableRandom random =
        new SplittableRandom(seed ^ count.incrementAndGet() * 0x9e3779b97f4a7c15L);
    double one = random.nextDouble() * (destination.faulty() ? 1 : 12);
    return switch (stage) {
      case BANNER, EHLO ->
          one < 0.015 ? drop() : one < 0.03 ? refuse(random, false) : wait(one, 0.05, random);
      case STARTTLS, AUTH -> one < 0.01 ? drop() : GO_ON;
      case MAIL ->
          one < 0.01 ? drop() : one < 0.03 ? refuse(random, one < 0.015) : wait(one, 0.05, random);
      case RCPT ->
          one < 0.005 ? drop() : one < 0.03 ? refuse(random, one < 0.012) : wait(one, 0.04, random);
      case DATA -> one < 0.01 ? drop() : one < 0.025 ? refuse(random, one < 0.015) : GO_ON;
      case CONTENT, CHUNK -> one < 0.02 ? drop() : GO_ON;
      case END_OF_DATA -> endOfData(one, random);
      case DATA_FOR_NOBODY -> one < 0.01 ? drop() : GO_ON;
      case RSET, QUIT -> one < 0.05 ? drop() : GO_ON;
    };
  }

  private PeerStep endOfData(double one, SplittableRandom random) {
    if (one < 0.02) {
      return drop();
    }
    if (one < 0.04) {
      return new PeerStep.TakeAndDrop();
    }
    if (one < 0.06) {
      return refuse(random, one < 0.045);
    }
    if (one < 0.065) {
      return new PeerStep.GoOnAfter(
          Duration.ofMillis(2_000 + random.nextLong(profile.longestHang().toMillis() - 2_000)));
    }
    return wait(one, 0.2, random);
  }

  private static PeerStep wait(double one, double below, SplittableRandom random) {
    return one < below
        ? new PeerStep.GoOnAfter(Duration.ofMillis(20 + random.nextInt(1_500)))
        : GO_ON;
  }

  private static PeerStep drop() {
    return PeerStep.drop();
  }

  private static PeerStep refuse(SplittableRandom random, boolean forGood) {
    return forGood
        ? PeerStep.answer(550, "5.7.1", "Not wanted here")
        : random.nextInt(4) == 0
            ? PeerStep.answer(421, "4.3.2", "Closing for now")
            : PeerStep.answer(451, "4.3.0", "Later");
  }
}
