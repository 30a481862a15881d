package io.postern.e2e.kills;

import io.postern.lab.WallClock;
import io.postern.stack.Processes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The wall clocks of replicas and brokers, which differ by up to two minutes. Thread-safe. */
final class Clocks {
  private static final int[] SECONDS = {-60, 75, -30, 45, 0, 60, -45};

  private final Path folder;
  private final Map<String, Clock> all = new ConcurrentHashMap<>();

  private record Clock(WallClock wall, Duration began) {}

  /**
   * @param folder for this class alone
   */
  Clocks(Path folder) {
    try {
      this.folder = Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Processes of(Processes processes) {
    return processes
        .entered(name -> of(name).wall().enter())
        .broker(processes.broker().withEnter(id -> of(Disruptions.broker(id)).wall().enter()));
  }

  /** Ahead by so much of what it began with. */
  void set(String name, Duration ahead) {
    Clock clock = of(name);
    clock.wall().set(clock.began().plus(ahead));
  }

  private Clock of(String name) {
    return all.computeIfAbsent(
        name,
        _ -> {
          WallClock wall = new WallClock(folder.resolve(name));
          int at = Math.floorMod(name.hashCode(), SECONDS.length);
          Duration began = Duration.ofSeconds(SECONDS[at]);
          wall.set(began);
          return new Clock(wall, began);
        });
  }

  /** What each began with, for people. */
  List<String> lines() {
    return all.entrySet().stream()
        .map(each -> each.getKey() + " " + each.getValue().began().toSeconds() + " s")
        .sorted()
        .toList();
  }
}
