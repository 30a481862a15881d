package io.postern.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * A host of its own for each of some brokers, as network namespaces that are joined by cables, so
 * that one direction of a cable can be cut: what is sent that way is lost without a word, as by a
 * switch that is out of order. This process's own namespace is a host too, number {@link #HERE}.
 *
 * <p>Linux, as root ({@link #canBeMade}). Namespaces and cables end with this process. Thread-safe.
 */
public final class BrokerNetwork implements AutoCloseable {
  /** The number of the host where this process is; brokers' begin at 1. */
  public static final int HERE = 0;

  /** For networks that are only there to be tried: nobody has an address in it. */
  private static final String NET = "198.18.";

  private static final String NOBODY = "02:00:00:00:00:99";
  private static final long PATIENCE_SECONDS = 20;

  /** A network that was closed is gone some moments later. */
  private static final AtomicLong NEXT = new AtomicLong(ProcessHandle.current().pid());

  private final long third = NEXT.incrementAndGet() % 250;
  private final List<Process> namespaces = new ArrayList<>();

  private BrokerNetwork() {}

  /** Whether this machine lets us. */
  public static boolean canBeMade() {
    try (BrokerNetwork _ = of(1)) {
      return true;
    } catch (UncheckedIOException no) {
      return false;
    }
  }

  /**
   * @throws UncheckedIOException where this machine does not let us
   */
  public static BrokerNetwork of(int hosts) {
    BrokerNetwork network = new BrokerNetwork();
    try {
      for (int id = 1; id <= hosts; id++) {
        network.addHost(id);
      }
      return network;
    } catch (IOException e) {
      network.close();
      throw new UncheckedIOException(e);
    }
  }

  /** Numeric addresses of the brokers' hosts, by their numbers. */
  public List<String> addresses() {
    return IntStream.rangeClosed(1, namespaces.size()).mapToObj(this::address).toList();
  }

  /** What a command begins with that runs on the host. */
  public List<String> enter(int host) {
    return List.of("nsenter", "--net=/proc/" + namespaces.get(host - 1).pid() + "/ns/net", "--");
  }

  /** What {@code from} sends to {@code to} is lost from now on. */
  public void cut(int from, int to) throws IOException {
    on(
        from,
        "neigh",
        "replace",
        address(to),
        "lladdr",
        NOBODY,
        "nud",
        "permanent",
        "dev",
        cable(from, to));
  }

  /** All cables work again. */
  public void mend() throws IOException {
    for (int from = 0; from <= namespaces.size(); from++) {
      for (int to = 0; to <= namespaces.size(); to++) {
        if (from != to) {
          on(from, "neigh", "flush", "dev", cable(from, to), "nud", "permanent");
        }
      }
    }
  }

  private void addHost(int id) throws IOException {
    Process held = new ProcessBuilder("unshare", "--net", "cat").redirectErrorStream(true).start();
    namespaces.add(held);
    awaitOwnNamespace(held);
    on(id, "link", "set", "lo", "up");
    on(id, "addr", "add", address(id) + "/32", "dev", "lo");
    for (int other = 0; other < id; other++) {
      // Made with both ends where this process is, then each goes to its host.
      ip("link", "add", name(id, other), "type", "veth", "peer", "name", name(other, id));
      plug(id, other);
      plug(other, id);
    }
  }

  /** The end of a cable at {@code host}, which leads to {@code other}. */
  private void plug(int host, int other) throws IOException {
    if (host != HERE) {
      ip("link", "set", name(host, other), "netns", Long.toString(namespaces.get(host - 1).pid()));
      on(host, "link", "set", name(host, other), "name", cable(host, other));
    } else {
      on(host, "addr", "add", address(HERE) + "/32", "dev", cable(host, other));
    }
    on(host, "link", "set", cable(host, other), "up");
    on(
        host,
        "route",
        "add",
        address(other) + "/32",
        "dev",
        cable(host, other),
        "src",
        address(host));
  }

  private String address(int host) {
    return NET + third + "." + (host == HERE ? 254 : host);
  }

  /** As long as it is not on its host yet. */
  private String name(int host, int other) {
    return "pn%d-%d%d".formatted(third, host, other);
  }

  private String cable(int host, int other) {
    return host == HERE ? name(host, other) : "to" + other;
  }

  private void on(int host, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(host == HERE ? List.of() : enter(host));
    command.add("ip");
    command.addAll(List.of(arguments));
    run(command);
  }

  private static void ip(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(arguments));
    run(command);
  }

  private static void run(List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException(String.join(" ", command) + ": " + said.strip());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      process.destroyForcibly();
    }
  }

  private static void awaitOwnNamespace(Process held) throws IOException {
    Path here = Path.of("/proc/self/ns/net");
    Path its = Path.of("/proc/" + held.pid() + "/ns/net");
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (true) {
      if (!held.isAlive()) {
        throw new IOException(
            "unshare --net: "
                + new String(held.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip());
      }
      if (!Files.readSymbolicLink(its).equals(Files.readSymbolicLink(here))) {
        return;
      }
      if (System.nanoTime() - end > 0) {
        throw new IOException("unshare --net makes no namespace");
      }
      try {
        TimeUnit.MILLISECONDS.sleep(10);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }
  }

  /** Whoever is on a host must have ended. */
  @Override
  public void close() {
    namespaces.forEach(Process::destroyForcibly);
    for (Process held : namespaces) {
      try {
        held.waitFor();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
