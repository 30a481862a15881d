package io.postern.service;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.log.TrustedClock;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;

/**
 * Looks at the machine's clock every five seconds ({@link TrustedClock}). Where it jumped forward
 * and is right again the process ends, to be started again: Kafka's clients and Streams' timers
 * wait until the time that they have seen. A jump that lasts is in the log each hour.
 */
@ApplicationScoped
public class ClockWatch {
  private static final Duration EVERY = Duration.ofSeconds(5);

  private final TrustedClock clock = TrustedClock.ofTheMachine();
  private final Thread thread = Thread.ofVirtual().name("clock-watch").unstarted(this::run);

  void start(@Observes StartupEvent event, MeterRegistry registry) {
    Gauge.builder("postern.clock.jump", clock, watched -> watched.jump().toMillis() / 1000.0)
        .baseUnit("seconds")
        .description("By how much this machine's clock has jumped and is not used; negative: back")
        .strongReference(true)
        .register(registry);
    thread.start();
  }

  void stop(@Observes ShutdownEvent event) {
    thread.interrupt();
  }

  private void run() {
    try {
      while (!clock.isBack()) {
        Thread.sleep(EVERY);
      }
      LogStart.end(
          "this machine's clock was ahead by more than "
              + TrustedClock.MOST.toMinutes()
              + " minutes and was set back: the service ends, since its connections to Kafka would "
              + "wait for that time; start it again");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the service ends
    }
  }
}
