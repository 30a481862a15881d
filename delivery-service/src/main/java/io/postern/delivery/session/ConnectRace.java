package io.postern.delivery.session;

import io.postern.contracts.Reasons;
import io.postern.delivery.route.SessionKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A TCP connection to a host that has addresses of both families (RFC 8305 §5): where the first
 * address has not answered within the Connection Attempt Delay, the second one, of the other
 * family, is dialled as well, and the first connection that stands is used. So a family that is
 * broken costs a quarter of a second and not the connect time-out. Nothing is said over the other
 * connection: it is closed.
 *
 * <p>Owner: the delivery's thread, once, which waits for the delay and a connect time-out at most:
 * each dial ends by itself in that time. Two virtual threads at most.
 */
public final class ConnectRace {
  public static final Duration ATTEMPT_DELAY = Duration.ofMillis(250);

  /**
   * The end of a race.
   *
   * @param winner null: none stands
   * @param failures of those that failed before, in their order
   */
  public record Result(Connecting.@Nullable Connected winner, List<Connecting.Failed> failures) {}

  private final Function<SessionKey, Connecting> dialler;
  private final Duration delay;
  private final BlockingQueue<Connecting> ends = new LinkedBlockingQueue<>(2);
  private final List<Thread> threads = new ArrayList<>();
  private boolean over; // what ends from now on is closed; guarded by this

  /**
   * @param dialler opens a connection; ends in bounded time, and when interrupted
   */
  public ConnectRace(Function<SessionKey, Connecting> dialler, Duration delay) {
    this.dialler = dialler;
    this.delay = delay;
  }

  /**
   * @param mayDial asked once, when it is the second one's turn
   */
  public Result run(SessionKey first, SessionKey second, BooleanSupplier mayDial)
      throws InterruptedException {
    try {
      start(first);
      Connecting end = ends.poll(delay.toNanos(), TimeUnit.NANOSECONDS);
      if (end == null && mayDial.getAsBoolean()) {
        start(second);
      }
      List<Connecting.Failed> failures = new ArrayList<>();
      for (int running = threads.size(); ; running--) {
        switch (end == null ? ends.take() : end) {
          case Connecting.Connected connected -> {
            return new Result(connected, failures);
          }
          case Connecting.Failed failed -> failures.add(failed);
        }
        end = null;
        if (running == 1) {
          return new Result(null, failures);
        }
      }
    } finally {
      end();
    }
  }

  private void start(SessionKey key) {
    threads.add(
        Thread.ofVirtual()
            .name("connect to " + key.target().shown())
            .start(() -> ended(dialled(key))));
  }

  private Connecting dialled(SessionKey key) {
    try {
      return dialler.apply(key);
    } catch (RuntimeException | Error e) { // else the race waits for it for ever
      return new Connecting.Failed(
          key,
          new DialogueException(
              Reasons.CONNECT_FAILED,
              Stage.CONNECT,
              null,
              "no connection to " + key.target().shown() + ": " + e));
    }
  }

  private synchronized void ended(Connecting end) {
    if (over) {
      close(end);
    } else {
      ends.add(end);
    }
  }

  private synchronized void end() {
    over = true;
    ends.forEach(ConnectRace::close);
    threads.forEach(Thread::interrupt);
  }

  private static void close(Connecting end) {
    if (end instanceof Connecting.Connected connected) {
      connected.close();
    }
  }
}
