package io.postern.console.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.api.ProblemException;
import io.postern.console.Postgres;
import io.postern.console.sight.Sight;
import io.postern.console.store.SearchTime;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Searches of a provider's auditor, who reads 80 organizations. */
class ManyOrganizationsTest {
  private static final Sight PROVIDER =
      new Sight(
          Optional.of(
              IntStream.range(0, 80)
                  .mapToObj(i -> "organization-" + i)
                  .collect(Collectors.toSet())));
  private static String url = "";

  @BeforeAll
  static void migrate() {
    url = Postgres.migrated();
  }

  private static Filter filter(Consumer<Parameters> change) {
    return SearchTimes.filter(
        change.andThen(parameters -> parameters.connector = "From our own server"),
        System.currentTimeMillis(),
        null);
  }

  /** Counts the statements that are prepared. */
  private static Connection counting(Connection connection, AtomicInteger statements) {
    return (Connection)
        Proxy.newProxyInstance(
            Connection.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("prepareStatement")) {
                statements.incrementAndGet();
              }
              try {
                return method.invoke(connection, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void aFilterOfOneOrganizationSearchesThatOneOnly() throws SQLException {
    try (Connection connection = Postgres.connect(url)) {
      AtomicInteger all = new AtomicInteger();
      MessageSearch.find(counting(connection, all), filter(parameters -> {}), PROVIDER);
      assertThat(all.get()).isGreaterThanOrEqualTo(240);

      AtomicInteger one = new AtomicInteger();
      MessageSearch.find(
          counting(connection, one),
          filter(parameters -> parameters.organization = "organization-7"),
          PROVIDER);
      assertThat(one.get()).isLessThanOrEqualTo(12);
    }
  }

  @Test
  void allOrganizationsTogetherHaveTheTimeOfASearch() throws SQLException {
    try (Connection connection = Postgres.connect(url);
        Connection lock = Postgres.connect(url);
        Statement statement = lock.createStatement()) {
      lock.setAutoCommit(false);
      statement.execute("LOCK TABLE recipient IN ACCESS EXCLUSIVE MODE");
      long began = System.nanoTime();

      try (SearchTime time = new SearchTime(connection, Duration.ofSeconds(2))) {
        assertThatThrownBy(
                () -> MessageSearch.find(connection, filter(parameters -> {}), PROVIDER, time))
            .isInstanceOf(ProblemException.class)
            .hasMessage(
                "The search took longer than 10 s, and was finished for 0 of 80 organizations:"
                    + " choose an organization, a shorter period, or more conditions.");
      }
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
      lock.rollback();
      assertThat(MessageSearch.find(connection, filter(parameters -> {}), PROVIDER)).isEmpty();
    }
  }
}
