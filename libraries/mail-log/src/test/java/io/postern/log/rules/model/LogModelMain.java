package io.postern.log.rules.model;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;

/**
 * Any number of schedules by one command, on all cores: {@code COUNT FIRST_SEED [MUTATION ...]}.
 * {@code show SEED [MUTATION ...]} prints one; {@code mutations MOST}: after how many schedules
 * each mutation is found. Ends with 1 where a violation was found.
 */
public final class LogModelMain {
  private final Map<String, Long> counts = new TreeMap<>();
  private final Map<String, Long> violations = new TreeMap<>();
  private final Map<String, Long> seeds = new TreeMap<>();

  private LogModelMain() {}

  public static void main(String[] arguments) {
    if (arguments.length < 2) {
      System.err.println(
          "COUNT FIRST_SEED [MUTATION ...] | show SEED [MUTATION ...] | mutations MOST");
      System.exit(2);
    }
    Set<Mutation> mutations = EnumSet.noneOf(Mutation.class);
    for (int i = 2; i < arguments.length; i++) {
      mutations.add(Mutation.valueOf(arguments[i]));
    }
    switch (arguments[0]) {
      case "show" -> show(Long.parseLong(arguments[1]), mutations);
      case "mutations" -> mutations(Long.parseLong(arguments[1]));
      default -> {
        long count = Long.parseLong(arguments[0]);
        if (!new LogModelMain().run(count, Long.parseLong(arguments[1]), mutations)) {
          System.exit(1);
        }
      }
    }
  }

  private static void show(long seed, Set<Mutation> mutations) {
    World world = new World(seed, mutations, true);
    String violation = world.run();
    world.traced().forEach(System.out::println);
    System.out.println(violation == null ? "no violation" : violation);
  }

  private static void mutations(long most) {
    for (Mutation mutation : Mutation.values()) {
      String violation = null;
      long seed = 0;
      while (violation == null && seed < most) {
        violation = new World(++seed, EnumSet.of(mutation), false).run();
      }
      System.out.printf(
          "%s: %s %d%n", mutation, violation == null ? "not found in" : "found by", seed);
    }
  }

  private boolean run(long count, long first, Set<Mutation> mutations) {
    long began = System.nanoTime();
    LongStream.range(first, first + count).parallel().forEach(seed -> one(seed, mutations));
    System.out.printf(
        "%s: %d schedules in %.1f s, violations %s, first seeds %s%n  %s%n",
        mutations, count, (System.nanoTime() - began) / 1e9, violations, seeds, counts);
    return violations.isEmpty();
  }

  private void one(long seed, Set<Mutation> mutations) {
    World world = new World(seed, mutations, false);
    String violation = world.run();
    synchronized (this) {
      if (violation != null) {
        String kind = violation.substring(0, violation.indexOf(' '));
        violations.merge(kind, 1L, Long::sum);
        seeds.merge(kind, seed, Math::min);
      }
      world.counts.forEach((event, number) -> counts.merge(event, number, Long::sum));
    }
  }
}
