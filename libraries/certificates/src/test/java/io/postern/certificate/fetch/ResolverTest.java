package io.postern.certificate.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.postern.certificate.fetch.FetchException.Kind;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A resolver whose servers are silent blocks its threads. */
class ResolverTest {
  private static final InetAddress ADDRESS = InetAddress.ofLiteral("192.0.2.1");
  private static final Duration SHORT = Duration.ofMillis(100);
  private static final Duration MIDDLE = Duration.ofSeconds(3);
  private static final Duration LONG = Duration.ofSeconds(20);

  private final Semaphore blocked = new Semaphore(0);
  private final CountDownLatch end = new CountDownLatch(1);
  private final Resolver resolver = new Resolver(this::lookUp, Resolver.PER_DOMAIN);

  private InetAddress[] lookUp(String host) {
    if (host.contains("silent")) {
      blocked.release();
      try {
        end.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    return new InetAddress[] {ADDRESS};
  }

  @AfterEach
  void answerAll() {
    end.countDown();
    resolver.close();
  }

  private Kind kind(String host, Duration patience, Duration time) {
    return Objects.requireNonNull(
            catchThrowableOfType(
                FetchException.class, () -> resolver.resolve(host, patience, time)))
        .kind();
  }

  @Test
  void aNameThatWaitsForAThreadIsNotAtFaultAndHasItsWholeTimeThen() throws Exception {
    try (ExecutorService side = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<TcpConnector.Resolution>> silent = new ArrayList<>();
      for (int i = 0; i < Resolver.THREADS; i++) {
        String host = "silent" + i + ".example";
        silent.add(side.submit(() -> resolver.resolve(host, LONG, LONG)));
      }
      blocked.acquire(Resolver.THREADS);
      assertThat(kind("other.example", SHORT, LONG)).isEqualTo(Kind.BUSY);
      CountDownLatch asking = new CountDownLatch(1);
      Future<TcpConnector.Resolution> waiting =
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
      for (Future<TcpConnector.Resolution> one : silent) {
        assertThat(one.get().addresses()).containsExactly(ADDRESS);
      }
    }
  }

  @Test
  void aNameThatIsNotResolvedInTimeIs() {
    assertThat(kind("silent.example", LONG, SHORT)).isEqualTo(Kind.TIMEOUT);
  }

  @Test
  void namesOfADomainWhoseServersAreSilentCostOtherDomainsNothing() throws Exception {
    for (int i = 0; i < Resolver.THREADS; i++) {
      // Nobody waits for them any more, and the system's resolver still does.
      Kind expected = i < Resolver.PER_DOMAIN ? Kind.TIMEOUT : Kind.BUSY;
      assertThat(kind("n" + i + ".silent.example", SHORT, SHORT)).isEqualTo(expected);
    }
    assertThat(blocked.availablePermits()).isEqualTo(Resolver.PER_DOMAIN);
    assertThat(resolver.resolve("crl.partner.example", LONG, LONG).addresses())
        .containsExactly(ADDRESS);
    end.countDown();
    assertThat(resolver.resolve("n99.silent.example", LONG, LONG).addresses())
        .containsExactly(ADDRESS);
  }

  @Test
  void namesBelowAShortDomainOfACountryHaveAQuarter() throws Exception {
    for (int i = 0; i < Resolver.THREADS; i++) {
      // Each counts as a domain of its own, as those below co.uk do.
      Kind expected = i < Resolver.PER_SUFFIX ? Kind.TIMEOUT : Kind.BUSY;
      assertThat(kind("silent.n" + i + ".q7x.pw", SHORT, SHORT)).isEqualTo(expected);
    }
    assertThat(blocked.availablePermits()).isEqualTo(Resolver.PER_SUFFIX);
    assertThat(resolver.resolve("crl.partner.example", LONG, LONG).addresses())
        .containsExactly(ADDRESS);
    end.countDown();
    assertThat(resolver.resolve("n99.q7x.pw", LONG, LONG).addresses()).containsExactly(ADDRESS);
  }

  @ParameterizedTest
  @CsvSource({
    "crl.partner.example, partner.example, partner.example",
    "a.b.partner.example., partner.example, partner.example",
    "partner.example, partner.example, partner.example",
    "ca.bank.co.uk, bank.co.uk, co.uk",
    "bank.co.uk, bank.co.uk, co.uk",
    "co.uk, co.uk, co.uk",
    "crl.kpn.nl, crl.kpn.nl, kpn.nl", // looks like a public suffix and is one owner's
    "a.b.q7x.pw, b.q7x.pw, q7x.pw",
    "crl.swisscom.ch, swisscom.ch, swisscom.ch",
    "localhost, localhost, localhost",
    "192.0.2.1, 192.0.2.1, 192.0.2.1",
    "[2001:db8::1], [2001:db8::1], [2001:db8::1]",
  })
  void sharesAreByParentDomainAndByTheLastTwoLabels(String host, String domain, String lastTwo) {
    assertThat(ParentDomain.of(host)).isEqualTo(domain);
    assertThat(ParentDomain.lastTwoLabels(host)).isEqualTo(lastTwo);
  }
}
