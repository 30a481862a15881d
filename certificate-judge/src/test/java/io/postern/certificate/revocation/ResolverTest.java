package io.postern.certificate.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.postern.certificate.revocation.FetchException.Kind;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** A resolver whose servers are silent blocks its threads. */
class ResolverTest {
  private static final InetAddress ADDRESS = InetAddress.ofLiteral("192.0.2.1");
  private static final Duration SHORT = Duration.ofMillis(100);
  private static final Duration MIDDLE = Duration.ofSeconds(3);
  private static final Duration LONG = Duration.ofSeconds(20);

  private final CountDownLatch blocked = new CountDownLatch(Resolver.THREADS);
  private final CountDownLatch end = new CountDownLatch(1);

  private InetAddress[] lookUp(String host) {
    if (host.equals("silent.example")) {
      blocked.countDown();
      try {
        end.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    return new InetAddress[] {ADDRESS};
  }

  private static Kind kind(Resolver resolver, String host, Duration patience, Duration time) {
    return Objects.requireNonNull(
            catchThrowableOfType(
                FetchException.class, () -> resolver.resolve(host, patience, time)))
        .kind();
  }

  @Test
  void aNameThatWaitsForAThreadIsNotAtFaultAndHasItsWholeTimeThen() throws Exception {
    try (Resolver resolver = new Resolver(this::lookUp);
        ExecutorService side = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Connector.Resolved>> silent = new ArrayList<>();
      for (int i = 0; i < Resolver.THREADS; i++) {
        silent.add(side.submit(() -> resolver.resolve("silent.example", LONG, LONG)));
      }
      blocked.await();
      assertThat(kind(resolver, "other.example", SHORT, LONG)).isEqualTo(Kind.BUSY);
      CountDownLatch asking = new CountDownLatch(1);
      Future<Connector.Resolved> waiting =
          side.submit(
              () -> {
                asking.countDown();
                return resolver.resolve("other.example", LONG, MIDDLE);
              });
      asking.await();
      // Waits for longer than it may take then.
      assertThatThrownBy(() -> waiting.get(MIDDLE.toMillis() + 100, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);
      end.countDown();
      assertThat(waiting.get().addresses()).containsExactly(ADDRESS);
      for (Future<Connector.Resolved> one : silent) {
        assertThat(one.get().addresses()).containsExactly(ADDRESS);
      }
    }
  }

  @Test
  void aNameThatIsNotResolvedInTimeIs() {
    try (Resolver resolver = new Resolver(this::lookUp)) {
      assertThat(kind(resolver, "silent.example", LONG, SHORT)).isEqualTo(Kind.TIMEOUT);
      end.countDown();
    }
  }
}
