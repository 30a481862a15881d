package io.postern.api.signin;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;

/**
 * How long an attempt to sign in waits before its password is looked at: longer after each wrong
 * one, up to 5 s, by the user, by the client's network, and by both together. Nobody is locked out:
 * a user who has signed in from a network waits only for wrong passwords of that user from there,
 * whatever strangers do elsewhere (docs/decisions/0062-who-may.md). Any thread.
 *
 * <p>A name that no user has is slowed as any other: else the time of an answer would show whose
 * name is one. Bounds: 10,000 names, networks and pairs, which strangers can fill; then one that
 * was seldom tried is lost.
 */
final class Slowing {
  static final Duration LONGEST = Duration.ofSeconds(5);

  private static final int FREE = 3;
  private static final Duration FIRST = Duration.ofMillis(250);
  private static final Duration FORGOTTEN = Duration.ofMinutes(15);
  private static final Duration KNOWN = Duration.ofDays(30);
  private static final int MOST = 10_000;

  private final Cache<String, Integer> networks;
  private final Cache<String, Integer> users;
  private final Cache<Pair, Integer> pairs;
  private final Cache<Pair, Boolean> known;

  private record Pair(String user, String network) {}

  Slowing(Ticker ticker) {
    networks = counts(ticker);
    users = counts(ticker);
    pairs = counts(ticker);
    known = Caffeine.newBuilder().ticker(ticker).maximumSize(MOST).expireAfterWrite(KNOWN).build();
  }

  private static <K> Cache<K, Integer> counts(Ticker ticker) {
    return Caffeine.newBuilder()
        .ticker(ticker)
        .maximumSize(MOST)
        .expireAfterWrite(FORGOTTEN)
        .build();
  }

  boolean isKnown(String user, String network) {
    return known.getIfPresent(new Pair(user, network)) != null;
  }

  Duration delay(String user, String network) {
    int wrong = count(pairs, new Pair(user, network));
    if (!isKnown(user, network)) {
      wrong = Math.max(wrong, Math.max(count(networks, network), count(users, user)));
    }
    return delay(wrong);
  }

  void wrong(String user, String network) {
    networks.asMap().merge(network, 1, Integer::sum);
    users.asMap().merge(user, 1, Integer::sum);
    pairs.asMap().merge(new Pair(user, network), 1, Integer::sum);
  }

  void right(String user, String network) {
    Pair pair = new Pair(user, network);
    pairs.invalidate(pair);
    known.put(pair, true);
  }

  private static <K> int count(Cache<K, Integer> counts, K key) {
    Integer count = counts.getIfPresent(key);
    return count == null ? 0 : count;
  }

  private static Duration delay(int wrong) {
    if (wrong < FREE) {
      return Duration.ZERO;
    }
    long millis = FIRST.toMillis() << Math.min(wrong - FREE, 10);
    return Duration.ofMillis(Math.min(millis, LONGEST.toMillis()));
  }
}
